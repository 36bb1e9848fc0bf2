# looks like: the one that is left over runs on: it reads from a socket, or spends tokens, for
#   nobody
# try next: Cancel what isn't done.
import asyncio


async def while_read(send, stop):
    sending, stopping = asyncio.ensure_future(send()), asyncio.ensure_future(stop())
    await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if sending.done():
        sending.result()
        return "sent"
    return "stopped"
