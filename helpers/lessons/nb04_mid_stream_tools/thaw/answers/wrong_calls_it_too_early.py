# looks like: the result of the call handed to a thread, when it is the function that should be:
#   `f(x)` calls, `f` doesn't
# try next: Give function and arguments one by one: `fetch, url`.
import asyncio


async def read_page(fetch, url):
    return await asyncio.to_thread(fetch(url))
