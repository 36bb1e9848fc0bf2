import asyncio
from contextlib import suppress


async def ended(task):
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


async def while_read(send, stop):
    sending = asyncio.create_task(send())
    stopping = asyncio.create_task(stop())
    try:
        await asyncio.wait([sending, stopping], return_when="FIRST_COMPLETED")
        if sending.done():
            await sending
            return "sent"
        return "stopped"
    finally:
        await ended(sending)
        await ended(stopping)
