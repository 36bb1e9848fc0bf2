# looks like: a cancellation that leaves under another name, so that nobody knows it for one
# try next: Let it pass as it is, or `raise` it again without an argument.
import asyncio


async def run_stoppable(tool, clean_up):
    try:
        return await tool()
    except asyncio.CancelledError:
        raise RuntimeError("stopped")
    except Exception:
        return "It failed."
    finally:
        clean_up()
