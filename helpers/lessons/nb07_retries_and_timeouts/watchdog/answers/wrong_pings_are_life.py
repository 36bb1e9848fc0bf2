# looks like: pings treated as a sign of life: they show that the connection lives, and not that the
#   answer does
# try next: Let a ping pass without starting the count again.
def given_up_at(events, *, idle, total):
    last = 0
    for at, kind in events:
        if at - last > idle or at > total:
            return min(last + idle, total)
        if kind == "message_stop":
            return None
        last = at
    return min(last + idle, total)
