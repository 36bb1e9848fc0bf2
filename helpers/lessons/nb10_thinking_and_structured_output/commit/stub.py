def committed(text):
    """Return a dict of the fields that can't change any more.

    text: the beginning of a JSON object; it may end anywhere. If it ends in the middle of a
        value, that field isn't in the dict yet.
    """
    ...
