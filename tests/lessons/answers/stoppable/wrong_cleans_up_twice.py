# misconception: cleans-up-twice
async def run_stoppable(tool, clean_up):
    try:
        answer = await tool()
        clean_up()
        return answer
    except Exception:
        return "It failed."
    finally:
        clean_up()
