# misconception: waits-for-the-total
def given_up_at(events, *, idle, total):
    for at, kind in events:
        if at > total:
            return total
        if kind == "message_stop":
            return None
    return total
