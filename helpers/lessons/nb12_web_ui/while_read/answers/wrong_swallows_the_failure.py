# looks like: a failure that nobody hears of: half an answer passes for sent
# try next: A task keeps what it raised until you ask it for its `result()`.
import asyncio


async def while_read(send, stop):
    both = [asyncio.ensure_future(send()), asyncio.ensure_future(stop())]
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return "sent" if both[0] in done else "stopped"
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
