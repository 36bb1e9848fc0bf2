# misconception: wants-the-last-to-be-there
def replay_from(log, last_event_id):
    if not last_event_id:
        return [event for _, event in log]
    for place, (id, _) in enumerate(log):
        if str(id) == last_event_id:
            return [event for _, event in log[place + 1 :]]
    return None
