# looks like: text where bytes were asked for: a socket takes bytes, and the format is always UTF-8
# try next: `encode()` it in the end.
def sse_bytes(data, id=None):
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return head + body + "\n"
