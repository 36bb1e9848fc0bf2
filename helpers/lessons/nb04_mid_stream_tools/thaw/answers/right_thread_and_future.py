import asyncio
import threading


async def read_page(fetch, url):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def work():
        try:
            page = fetch(url)
        except Exception as error:
            loop.call_soon_threadsafe(future.set_exception, error)
        else:
            loop.call_soon_threadsafe(future.set_result, page)

    threading.Thread(target=work).start()
    return await future
