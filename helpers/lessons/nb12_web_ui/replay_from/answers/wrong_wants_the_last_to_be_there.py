# looks like: a gap seen where there is none: 3 follows 2, although 2 itself has been dropped
# try next: What must still be there is the event after the reader's last one.
def replay_from(log, last_event_id):
    if not last_event_id:
        return [event for _, event in log]
    for place, (id, _) in enumerate(log):
        if str(id) == last_event_id:
            return [event for _, event in log[place + 1 :]]
    return None
