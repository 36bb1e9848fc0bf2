# looks like: an empty `id` where there is none: the browser forgets the last one
# try next: Write the `id` line only where there is an id.
def sse_bytes(data, id=None):
    """Return a server-sent event, as bytes, that a browser reads as exactly this text."""
    # Not splitlines: it also splits where Unicode has a line end and the format has none.
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fields = ["id: " + ("" if id is None else str(id))]
    fields += [f"data: {line}" for line in lines]
    return ("\n".join(fields) + "\n\n").encode()
