def sse_bytes(data, id=None):
    """Return a server-sent event, as bytes, that a browser reads as exactly this text.

    data: any text. The browser changes every line end (LF, CR LF or CR) to LF.
    id: the event's place, a number; None for an event without an id.
    """
    ...
