# looks like: a task that was cancelled and left alone: it is still closing its socket when you say
#   that all is over
# try next: Cancelling is a wish. Await the task, and it has ended.
import asyncio


async def while_read(send, stop):
    sending, stopping = asyncio.ensure_future(send()), asyncio.ensure_future(stop())
    try:
        await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
            return "sent"
        return "stopped"
    finally:
        sending.cancel()
        stopping.cancel()
