# looks like: waiting until both have ended, as `gather` does: the slower one decides
# try next: `asyncio.wait` can return at the first that is done.
import asyncio


async def while_read(send, stop):
    await asyncio.gather(send(), stop())
    return "sent"
