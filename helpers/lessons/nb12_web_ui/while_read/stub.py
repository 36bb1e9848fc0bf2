import asyncio


async def while_read(send, stop):
    """Send until all is sent or somebody says stop; return "sent" or "stopped".

    send: an async function that sends everything, and takes a while. If `send` raises an
        exception, raise it, too.
    stop: an async function that returns when the reader says stop, or has gone.
    Cancel the function that is still running, and wait until it has ended. If your function
    itself is cancelled, cancel both and wait for both.
    """
    ...
