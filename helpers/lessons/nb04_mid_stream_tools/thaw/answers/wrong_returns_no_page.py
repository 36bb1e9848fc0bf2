# looks like: a page that stays in its thread
# try next: A plain `Thread` has no result. `asyncio.to_thread` gives one to the code that awaits
#   it.
import asyncio
import threading


async def read_page(fetch, url):
    thread = threading.Thread(target=fetch, args=(url,))
    thread.start()
    while thread.is_alive():
        await asyncio.sleep(0.01)
