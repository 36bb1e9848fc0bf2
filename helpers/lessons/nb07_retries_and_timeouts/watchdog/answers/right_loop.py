def given_up_at(events, *, idle, total):
    last = 0
    for at, kind in events:
        if at - last > idle or at > total:
            return min(last + idle, total)
        if kind == "message_stop":
            return None
        if kind != "ping":
            last = at
    return min(last + idle, total)
