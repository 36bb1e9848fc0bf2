# looks like: a watchdog that knows the total only: it waits a minute for what was over after two
#   seconds
# try next: Remember when something came last: the alarm is due so long after it.
def given_up_at(events, *, idle, total):
    for at, kind in events:
        if at > total:
            return total
        if kind == "message_stop":
            return None
    return total
