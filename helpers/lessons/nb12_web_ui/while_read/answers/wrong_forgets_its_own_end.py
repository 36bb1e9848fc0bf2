# looks like: two tasks that nobody ends when you are cancelled yourself: `asyncio.wait` doesn't
#   pass it on
# try next: What has to happen at every end belongs into `finally`.
import asyncio


async def while_read(send, stop):
    both = [asyncio.ensure_future(send()), asyncio.ensure_future(stop())]
    done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for task in both:
        task.cancel()
    await asyncio.gather(*both, return_exceptions=True)
    if both[0] not in done:
        return "stopped"
    both[0].result()
    return "sent"
