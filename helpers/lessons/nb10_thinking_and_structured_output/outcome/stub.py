def outcome(text, fields, stop_reason, required):
    """Return (state, what a form may show now), when an answer has ended.

    ("done", …): it is whole, and has all that is required; with the object that it is.
    ("cut", …): there would have been more; with the fields so far.
    ("refused", {}): the model declined; nothing that came may stay.
    ("invalid", …): it has ended by itself and is not what was asked for; with the fields so far.

    text: all that came.
    fields: a dict of those that had committed.
    stop_reason: of the message; None if the stream broke off before it came.
    required: the names that the object must have.
    """
    ...
