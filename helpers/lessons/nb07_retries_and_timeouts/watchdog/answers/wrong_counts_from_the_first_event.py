# looks like: a clock that starts with the first event: the whole time counts from the request
# try next: The seconds in `events` count from the request already: `total` itself is the moment.
def given_up_at(events, *, idle, total):
    last, start = 0, events[0][0] if events else 0
    for at, kind in events:
        if at - last > idle:
            return min(last + idle, start + total)
        if kind != "message_stop" and at > start + total:
            return start + total
        if kind == "message_stop":
            return None
        if kind != "ping":
            last = at
    return min(last + idle, start + total)
