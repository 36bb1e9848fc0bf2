# looks like: a failure of the tool that ends the agent as well
# try next: Catch what a tool may raise: `Exception`, and return the words.
async def run_stoppable(tool, clean_up):
    try:
        return await tool()
    finally:
        clean_up()
