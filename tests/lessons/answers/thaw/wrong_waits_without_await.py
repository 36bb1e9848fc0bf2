# misconception: waits-without-await
import asyncio


async def read_page(fetch, url):
    await asyncio.sleep(0)
    return fetch(url)
