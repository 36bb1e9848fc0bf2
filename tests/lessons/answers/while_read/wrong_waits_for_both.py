# misconception: waits-for-both
import asyncio


async def while_read(send, stop):
    await asyncio.gather(send(), stop())
    return "sent"
