# misconception: missing-await
import asyncio


async def read_page(fetch, url):
    return asyncio.to_thread(fetch, url)
