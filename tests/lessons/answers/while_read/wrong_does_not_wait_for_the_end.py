# misconception: does-not-wait-for-the-end
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
