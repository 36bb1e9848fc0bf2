from itertools import pairwise


def given_up_at(events, *, idle, total):
    """The first gap between signs of life that is too long, or the end of the time."""
    end = next((at for at, kind in events if kind == "message_stop"), float("inf"))
    signs = [0, *(at for at, kind in events if kind != "ping" and at <= end), end]
    alarms = [early + idle for early, late in pairwise(signs) if late - early > idle]
    if end > total:
        alarms.append(total)
    return min([*alarms, total]) if alarms else None
