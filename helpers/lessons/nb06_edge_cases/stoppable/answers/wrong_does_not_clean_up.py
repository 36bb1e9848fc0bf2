# looks like: an end without cleaning up: a line after `return` or `raise` never runs
# try next: There is a part of `try` that runs at every end.
async def run_stoppable(tool, clean_up):
    try:
        return await tool()
    except Exception:
        return "It failed."
    clean_up()
