# looks like: a cancellation that was caught and turned into a result: the person who pressed Stop
#   is told about a failure, and the agent goes on
# try next: `BaseException` and a bare `except` catch CancelledError, too. Which class doesn't?
async def run_stoppable(tool, clean_up):
    try:
        return await tool()
    except:
        return "It failed."
    finally:
        clean_up()
