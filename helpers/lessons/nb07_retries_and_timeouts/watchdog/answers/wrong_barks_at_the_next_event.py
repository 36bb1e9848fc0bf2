# looks like: an alarm at the moment of the next event; it was due before
# try next: Return when the time was up, not when somebody noticed.
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
