# looks like: cleaning up twice: once at the place, and once at every end
# try next: One `finally` is enough.
async def run_stoppable(tool, clean_up):
    try:
        answer = await tool()
        clean_up()
        return answer
    except Exception:
        return "It failed."
    finally:
        clean_up()
