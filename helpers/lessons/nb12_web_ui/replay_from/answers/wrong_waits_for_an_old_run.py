# looks like: a reader of another run, who would wait until this one has come as far: their page
#   stands still
# try next: An id above the newest isn't from here.
def replay_from(log, last_event_id):
    if not last_event_id:
        last = 0
    elif last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None
    if log and last < log[0][0] - 1:
        return None
    return [event for id, event in log if id > last]
