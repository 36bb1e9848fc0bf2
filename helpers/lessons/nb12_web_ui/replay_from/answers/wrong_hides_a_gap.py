# looks like: a gap that nobody is told of: what the reader has and what is left of the log don't
#   meet
# try next: Compare with the first id that is still there. May one be missing in between?
def replay_from(log, last_event_id):
    if not last_event_id:
        last = 0
    elif last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None
    if last > (log[-1][0] if log else 0):
        return None
    return [event for id, event in log if id > last]
