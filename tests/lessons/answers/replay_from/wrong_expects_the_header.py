# misconception: expects-the-header
def replay_from(log, last_event_id):
    last = int(last_event_id)
    return [event for id, event in log if id > last]
