# misconception: returns-no-page
import asyncio
import threading


async def read_page(fetch, url):
    thread = threading.Thread(target=fetch, args=(url,))
    thread.start()
    while thread.is_alive():
        await asyncio.sleep(0.01)
