# misconception: renames-the-cancellation
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
