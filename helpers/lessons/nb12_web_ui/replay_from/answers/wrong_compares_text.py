# looks like: an id that stays text: it is never equal to a number, and can't be compared with one
# try next: Make an `int` of it.
def replay_from(log, last_event_id):
    if not last_event_id:
        return [event for _, event in log]
    return [event for id, event in log if str(id) > last_event_id]
