def sse_bytes(data, id=None):
    """Return a server-sent event, as bytes, that a browser reads as this very text.

    data: any text. The browser changes every line end (LF, CR LF or CR) to LF.
    id: its place, a number; None for an event without one.
    """
    ...
