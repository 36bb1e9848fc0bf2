def given_up_at(events, *, idle, total):
    """Return the second at which to give up a stream.

    Return None if the stream ends normally before that.

    events: a (second, type) pair for each event, counted from the request.
    idle: give up after this number of seconds in which nothing comes, or only pings.
    total: the maximum number of seconds for the whole answer.
    """
    ...
