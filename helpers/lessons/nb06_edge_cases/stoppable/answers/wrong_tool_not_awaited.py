# looks like: a coroutine that is returned and never runs
# try next: Put `await` in front of the call.
async def run_stoppable(tool, clean_up):
    try:
        return tool()
    except Exception:
        return "It failed."
    finally:
        clean_up()
