# looks like: an end that is told as another: this answer is a half
# try next: Ask which of the two is done.
import asyncio


async def while_read(send, stop):
    both = [asyncio.ensure_future(send()), asyncio.ensure_future(stop())]
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
        return "sent"
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
