# looks like: cleaning up before the tool has done anything
# try next: Clean up at the end, whatever the end is.
async def run_stoppable(tool, clean_up):
    clean_up()
    try:
        return await tool()
    except Exception:
        return "It failed."
