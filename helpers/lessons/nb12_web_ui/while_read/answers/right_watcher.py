import asyncio


async def while_read(send, stop):
    sending = asyncio.ensure_future(send())
    stopped = False

    async def watch():
        nonlocal stopped
        await stop()
        stopped = True
        sending.cancel()

    watching = asyncio.ensure_future(watch())
    try:
        await sending
        return "sent"
    except asyncio.CancelledError:
        if stopped:
            return "stopped"
        raise
    finally:
        sending.cancel()
        watching.cancel()
        await asyncio.gather(sending, watching, return_exceptions=True)
