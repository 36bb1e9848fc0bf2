# looks like: a stream that was dead and is taken back when it moves: an alarm has closed the
#   connection by then
# try next: Before you look at an event, ask whether the alarm went off before it.
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
