# looks like: a limit for silence and none for the whole: a word every five seconds keeps it going
#   for ever
# try next: The alarm is due at the earlier of two moments.
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
