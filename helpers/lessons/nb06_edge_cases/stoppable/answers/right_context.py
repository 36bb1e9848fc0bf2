from contextlib import ExitStack, suppress


async def run_stoppable(tool, clean_up):
    with ExitStack() as stack:
        stack.callback(clean_up)
        with suppress(Exception):
            return await tool()
        return "It failed."
