# misconception: barks-at-the-next-event
def given_up_at(events, *, idle, total):
    last = 0
    for at, kind in events:
        if at - last > idle or at > total:
            return at
        if kind == "message_stop":
            return None
        if kind != "ping":
            last = at
    return min(last + idle, total)
