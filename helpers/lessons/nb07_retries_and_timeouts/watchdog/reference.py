def given_up_at(events, *, idle, total):
    """Return the second at which to give up a stream.

    Return None if the stream ends normally before that."""
    last = 0
    for second, type in events:
        if second > min(last + idle, total):
            break  # the alarm had gone off before this event came
        if type == "message_stop":
            return None
        if type != "ping":
            last = second
    return min(last + idle, total)
