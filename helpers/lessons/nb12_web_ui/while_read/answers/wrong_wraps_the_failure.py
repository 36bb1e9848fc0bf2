# looks like: a failure that comes in a group, as a TaskGroup raises it: who waits for a
#   ConnectionError doesn't catch it
# try next: Wait for the tasks yourself, and raise what `send` has raised.
import asyncio


class Stopped(Exception):
    pass


async def while_read(send, stop):
    async def watch():
        await stop()
        raise Stopped

    ending = "sent"
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch())
            await group.create_task(send())
            watching.cancel()
    except* Stopped:
        ending = "stopped"
    return ending
