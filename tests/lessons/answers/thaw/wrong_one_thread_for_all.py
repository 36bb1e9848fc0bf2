# misconception: one-thread-for-all
import asyncio

free = asyncio.Lock()


async def read_page(fetch, url):
    async with free:
        return await asyncio.to_thread(fetch, url)
