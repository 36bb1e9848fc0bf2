def read_chat(chunks):
    """Return the text of a streamed chat completion, its calls, and its finish_reason.

    chunks: dicts, as they came.
    A call is a dict with "id", "name" and "arguments" (an object). Return calls only if the
    finish_reason is "tool_calls". With another finish_reason, a call may be cut.
    """
    text, calls, finish_reason = "", [], None
    ...
    return text, calls, finish_reason
