import asyncio


async def while_read(send, stop):
    """Send until all is sent or somebody says stop; return "sent" or "stopped"."""
    sending = asyncio.ensure_future(send())
    stopping = asyncio.ensure_future(stop())
    both = {sending, stopping}
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if sending not in done:
            return "stopped"
        sending.result()  # raises what it raised
        return "sent"
    finally:
        for task in both:
            task.cancel()
        # Cancelling is a wish. Only now have both ended, with all that they clean up.
        await asyncio.gather(*both, return_exceptions=True)
