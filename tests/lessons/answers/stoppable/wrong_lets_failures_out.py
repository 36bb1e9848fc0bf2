# misconception: lets-failures-out
async def run_stoppable(tool, clean_up):
    try:
        return await tool()
    finally:
        clean_up()
