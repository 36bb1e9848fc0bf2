# misconception: counts-from-the-request
def given_up_at(events, *, idle, total):
    for at, kind in events:
        if kind == "message_stop" and at <= min(idle, total):
            return None
    return min(idle, total)
