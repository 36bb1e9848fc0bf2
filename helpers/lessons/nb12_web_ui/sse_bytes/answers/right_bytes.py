def sse_bytes(data, id=None):
    raw = data.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    event = b"data: " + raw.replace(b"\n", b"\ndata: ") + b"\n"
    if id is not None:
        event = event + b"id: %d\n" % id
    return event + b"\n"
