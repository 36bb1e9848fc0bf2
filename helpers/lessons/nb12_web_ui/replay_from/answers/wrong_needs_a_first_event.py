# looks like: a log that is expected to hold something
# try next: An empty list has no first item. What is missing from nothing?
def replay_from(log, last_event_id):
    if not last_event_id:
        last = 0
    elif last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None
    if not log[0][0] - 1 <= last <= log[-1][0]:
        return None
    return [event for id, event in log if id > last]
