import asyncio


async def read_page(fetch, url):
    return await asyncio.get_running_loop().run_in_executor(None, fetch, url)
