# looks like: nothing for a reader who comes later: a second tab stays empty
# try next: Without the header, begin at the first event.
def replay_from(log, last_event_id):
    if not last_event_id:
        return []
    elif last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None
    first, newest = (log[0][0], log[-1][0]) if log else (1, 0)
    if not first - 1 <= last <= newest:
        return None
    return [event for id, event in log if id > last]
