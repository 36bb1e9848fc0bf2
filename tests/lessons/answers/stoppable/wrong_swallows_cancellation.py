# misconception: swallows-cancellation
async def run_stoppable(tool, clean_up):
    try:
        return await tool()
    except:
        return "It failed."
    finally:
        clean_up()
