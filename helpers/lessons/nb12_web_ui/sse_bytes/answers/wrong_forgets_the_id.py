# looks like: an event without its place: a reader who comes back can't say where they were
# try next: A field of its own, `id: `, in the same event.
def sse_bytes(data, id=None):
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = ""
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
