# misconception: no-total
def given_up_at(events, *, idle, total):
    last = 0
    for at, kind in events:
        if at - last > idle:
            return last + idle
        if kind == "message_stop":
            return None
        if kind != "ping":
            last = at
    return last + idle
