# looks like: a blocking call in the loop's own thread, be it `fetch` itself, or `join()` or
#   `result()` on a thread that runs it
# try next: Only an `await` lets others run. Which function runs another one in a thread and can be
#   awaited?
import asyncio


async def read_page(fetch, url):
    await asyncio.sleep(0)
    return fetch(url)
