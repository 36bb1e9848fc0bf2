# looks like: a tool that nobody can stop
# try next: Await the tool itself, without anything around it that keeps a cancellation off.
import asyncio


async def run_stoppable(tool, clean_up):
    task = asyncio.ensure_future(tool())
    try:
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                pass
        return task.result()
    except Exception:
        return "It failed."
    finally:
        clean_up()
