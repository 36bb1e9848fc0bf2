import asyncio


async def read_page(fetch, url):
    """Return what fetch(url) returns. `fetch` is somebody else's: it blocks for a while."""
    return await asyncio.to_thread(fetch, url)
