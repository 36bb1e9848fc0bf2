import asyncio


async def while_read(send, stop):
    """Send until all is sent or somebody says stop; return "sent" or "stopped".

    send: an async function that sends everything, and takes a while. What it raises is raised.
    stop: an async function that returns when the reader says stop, or has gone.
    Whichever is left over is cancelled, and has ended when this returns. So both have, if
    whoever waits for this is cancelled.
    """
    ...
