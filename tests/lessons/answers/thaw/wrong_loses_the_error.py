# misconception: loses-the-error
import asyncio


async def read_page(fetch, url):
    try:
        return await asyncio.to_thread(fetch, url)
    except Exception as error:
        return f"no page: {error}"
