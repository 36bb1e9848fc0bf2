# looks like: one thread, or one lock, that all calls share: the second waits until the first is
#   done
# try next: `asyncio.to_thread` has a pool of threads; more than one call fits in.
import asyncio

free = asyncio.Lock()


async def read_page(fetch, url):
    async with free:
        return await asyncio.to_thread(fetch, url)
