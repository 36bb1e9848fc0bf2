# looks like: an exception for what anybody can send: their request ends as a 500 in your log
# try next: Ask whether it is a number before you make one of it.
def replay_from(log, last_event_id):
    if not last_event_id:
        last = 0
    else:
        last = int(last_event_id)
    first, newest = (log[0][0], log[-1][0]) if log else (1, 0)
    if not first - 1 <= last <= newest:
        return None
    return [event for id, event in log if id > last]
