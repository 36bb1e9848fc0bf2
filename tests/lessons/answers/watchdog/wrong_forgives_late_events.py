# misconception: forgives-late-events
def given_up_at(events, *, idle, total):
    last = 0
    for at, kind in events:
        if at > total:
            return total
        if kind == "message_stop":
            return None
        if kind != "ping":
            last = at
    return min(last + idle, total)
