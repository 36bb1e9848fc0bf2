# looks like: a watchdog that looks at its watch only when an event comes: where none comes, it
#   sleeps as well
# try next: Nothing after the last event is silence, too. What is due when the loop ends without a
#   `message_stop`?
def given_up_at(events, *, idle, total):
    last = 0
    for at, kind in events:
        if at - last > idle or at > total:
            return min(last + idle, total)
        if kind == "message_stop":
            return None
        if kind != "ping":
            last = at
    return None
