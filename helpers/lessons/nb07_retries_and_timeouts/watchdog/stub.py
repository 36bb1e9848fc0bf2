def given_up_at(events, *, idle, total):
    """Return the second at which to give a stream up; None if it ends well before.

    events: a (second, type) pair for each event, counted from the request.
    idle: so many seconds without anything but pings are too many.
    total: the whole answer may take so many seconds.
    """
    ...
