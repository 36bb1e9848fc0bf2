# looks like: an id that is treated as known because the log is empty
# try next: An empty log has given no id. Only a new reader has missed nothing then.
def replay_from(log, last_event_id):
    """Return the missed events, or None if the log doesn't have all of them."""
    if not last_event_id:
        last = 0  # a new reader: everything from the first event on
    elif last_event_id.isascii() and last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None  # nobody here gave that id
    if not log:
        return []
    first, newest = log[0][0], log[-1][0]
    if not first - 1 <= last <= newest:
        return None  # gone, or not yet said: another run's
    return [event for id, event in log if id > last]
