def sse_bytes(data, id=None):
    """Return a server-sent event, as bytes, that a browser reads as this very text.

    data: any text. Of a line end, be it LF, CR LF or CR, the browser makes an LF.
    id: its place, a number; None for an event without one.
    """
    ...
