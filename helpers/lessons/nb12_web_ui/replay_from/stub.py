def replay_from(log, last_event_id):
    """Return the events that a reader has missed.

    Return None if the log doesn't have all of them.
    log: (id, event) pairs in order; ids count up by one. Old ones may have been dropped.
    last_event_id: what the request's header Last-Event-ID says, as text; None without it.
    """
    ...
