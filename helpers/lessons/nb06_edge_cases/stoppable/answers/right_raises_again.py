import asyncio


async def run_stoppable(tool, clean_up):
    answer = "It failed."
    try:
        answer = await tool()
    except asyncio.CancelledError:
        clean_up()
        raise
    except Exception:
        pass
    clean_up()
    return answer
