# looks like: a coroutine or a future that is returned and not waited for
# try next: Put `await` in front of it.
import asyncio


async def read_page(fetch, url):
    return asyncio.to_thread(fetch, url)
