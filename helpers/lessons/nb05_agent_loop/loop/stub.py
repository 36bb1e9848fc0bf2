async def run_agent(http, messages, tools, *, model, max_turns=10, **fields):
    """Answer the last message. Use as many turns and tools as necessary.

    Yields each event as it comes. When the tools of a turn are done, it also yields each
    tool_result block. A turn is added to `messages` together with its results, or it isn't
    added. The last of `max_turns` turns can't call tools. `fields` go into each request.
    """
    ...
    yield
