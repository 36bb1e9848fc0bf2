# looks like: a header that is expected from everybody; the first request has none
# try next: Ask for None before you make a number of it.
def replay_from(log, last_event_id):
    last = int(last_event_id)
    return [event for id, event in log if id > last]
