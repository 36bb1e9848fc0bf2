def kept(content, answered):
    """A turn broke off. Return those of its blocks that you may send again.

    content: the assistant's blocks as they came; their end may be missing. It stays as it is.
    answered: ids of the calls (tool_use) that have a result.
    """
    ...


def continuation(text):
    """Return the user's message that asks for the rest of a text that broke off.

    It quotes the last 200 characters of the text.
    """
    ...
