async def read_page(fetch, url):
    """Return what fetch(url) returns. `fetch` is somebody else's: it blocks for a while."""
    return fetch(url)
