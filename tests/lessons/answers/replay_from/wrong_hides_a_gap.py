# misconception: hides-a-gap
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
