# looks like: an exception that never leaves its thread, or is caught on the way
# try next: Await what runs the thread: the exception comes out there.
import asyncio


async def read_page(fetch, url):
    try:
        return await asyncio.to_thread(fetch, url)
    except Exception as error:
        return f"no page: {error}"
