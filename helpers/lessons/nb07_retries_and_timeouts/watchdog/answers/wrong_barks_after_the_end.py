# looks like: an alarm for an answer that was complete: after `message_stop` nobody waits for
#   anything
# try next: Let `message_stop` end the watch.
def given_up_at(events, *, idle, total):
    last = 0
    for at, kind in events:
        if at - last > idle or at > total:
            return min(last + idle, total)
        if kind != "ping":
            last = at
    return min(last + idle, total)
