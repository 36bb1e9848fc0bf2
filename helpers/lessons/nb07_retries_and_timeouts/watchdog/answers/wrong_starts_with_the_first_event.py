# looks like: a count that begins with the first event, so that a stream without any is never given
#   up, or not in time
# try next: The watch begins with the request, at second 0.
def given_up_at(events, *, idle, total):
    last = events[0][0]
    for at, kind in events:
        if at - last > idle or at > total:
            return min(last + idle, total)
        if kind == "message_stop":
            return None
        if kind != "ping":
            last = at
    return min(last + idle, total)
