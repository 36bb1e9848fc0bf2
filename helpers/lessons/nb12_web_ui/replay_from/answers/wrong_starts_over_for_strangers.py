# looks like: an id that nobody here gave, treated as no id at all
# try next: Only a request without the header is a new reader.
def replay_from(log, last_event_id):
    if not last_event_id:
        last = 0
    elif last_event_id.isdigit():
        last = int(last_event_id)
    else:
        last = 0
    first, newest = (log[0][0], log[-1][0]) if log else (1, 0)
    if not first - 1 <= last <= newest:
        return None
    return [event for id, event in log if id > last]
