# looks like: a cancellation that was caught: the server's shutdown waits for your function
# try next: Let a CancelledError pass, or raise it again.
import asyncio


async def while_read(send, stop):
    both = [asyncio.ensure_future(send()), asyncio.ensure_future(stop())]
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if both[0] in done:
            both[0].result()
            return "sent"
        return "stopped"
    except asyncio.CancelledError:
        return "stopped"
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
