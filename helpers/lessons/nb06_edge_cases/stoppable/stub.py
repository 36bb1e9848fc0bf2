async def run_stoppable(tool, clean_up):
    """Return what a tool returns; if it fails, the words "It failed."

    tool: an async function without arguments.
    clean_up: a plain function to be called once at the end, whatever happened.
    The caller may cancel this function. Then it must end.
    """
    try:
        return await tool()
    except BaseException:
        return "It failed."
    clean_up()
