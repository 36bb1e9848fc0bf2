def outcome(text, fields, stop_reason, required):
    """Return (state, what a form may show now), when an answer has ended.

    ("done", …): it is complete, with all required names. The second value is the object.
    ("cut", …): it is incomplete. The second value is the fields so far.
    ("refused", {}): the model refused. Nothing that came may stay.
    ("invalid", …): it ended normally, but it isn't what you asked for. The second value is
        the fields so far.

    text: all that came.
    fields: a dict of the committed fields.
    stop_reason: of the message; None if the stream broke off before it came.
    required: the names that the object must have.
    """
    ...
