def read_chat(chunks):
    """Return the text of a streamed chat completion, its calls, and its finish_reason.

    chunks: dicts, as they came.
    A call is a dict with "id", "name" and "arguments" (an object). There are calls only
    if the finish_reason says "tool_calls": others may have been cut.
    """
    text, calls, finish_reason = "", [], None
    ...
    return text, calls, finish_reason
