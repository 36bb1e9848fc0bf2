def replay_from(log, last_event_id):
    try:
        last = int(last_event_id or "0")
    except ValueError:
        return None
    missed = [(id, event) for id, event in log if id > last]
    newest = log[-1][0] if log else 0
    if last > newest or last < 0:
        return None
    if missed and missed[0][0] != last + 1:
        return None
    return [event for _, event in missed]
