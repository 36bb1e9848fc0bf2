# looks like: an id treated as a position in the list: that fits until the first event is dropped
# try next: Go by the ids in the pairs.
def replay_from(log, last_event_id):
    if last_event_id and not last_event_id.isdigit():
        return None
    last = int(last_event_id or 0)
    return [event for _, event in log[last:]]
