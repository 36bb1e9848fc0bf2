def replay_from(log, last_event_id):
    """Return the missed events, or None if the log doesn't have all of them."""
    if not last_event_id:
        last = 0  # a new reader: everything from the first event on
    elif last_event_id.isascii() and last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None  # nobody here gave that id
    first, newest = (log[0][0], log[-1][0]) if log else (1, 0)
    if not first - 1 <= last <= newest:
        return None  # gone, or not yet said: another run's
    return [event for id, event in log if id > last]
