async def run_agent(http, messages, tools, *, model, max_turns=10, **fields):
    """Answer the last of `messages`, with as many turns and tools as that takes.

    Yields every event of every turn as it comes and, once a turn's tools are done, each
    tool_result block. `messages` gets a turn together with its results, or not at all.
    The last of `max_turns` turns can't call tools. `fields` go into each request.
    """
    ...
    yield
