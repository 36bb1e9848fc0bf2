# misconception: calls-it-too-early
import asyncio


async def read_page(fetch, url):
    return await asyncio.to_thread(fetch(url))
