# looks like: None for a reader who has everything: it isn't a problem, it is a wait
# try next: The last id that was given is a good one.
def replay_from(log, last_event_id):
    if not last_event_id:
        last = 0
    elif last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None
    first, newest = (log[0][0], log[-1][0]) if log else (1, 1)
    if not first - 1 <= last < newest:
        return None
    return [event for id, event in log if id > last]
