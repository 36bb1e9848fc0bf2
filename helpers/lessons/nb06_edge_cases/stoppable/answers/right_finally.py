async def run_stoppable(tool, clean_up):
    try:
        return await tool()
    except Exception:
        return "It failed."
    finally:
        clean_up()
