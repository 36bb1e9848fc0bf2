# looks like: `idle` seconds counted from the request: then it is a total of ten seconds, not a
#   limit for silence
# try next: Begin to count again whenever something comes.
def given_up_at(events, *, idle, total):
    for at, kind in events:
        if kind == "message_stop" and at <= min(idle, total):
            return None
    return min(idle, total)
