async def run_stoppable(tool, clean_up):
    """Return what a tool returns; if it fails, the words "It failed."."""
    try:
        return await tool()
    except Exception:  # a cancellation is none: it is no failure of the tool
        return "It failed."
    finally:
        clean_up()
