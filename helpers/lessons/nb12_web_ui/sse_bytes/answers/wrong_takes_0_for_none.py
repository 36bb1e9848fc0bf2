# looks like: an id of 0 treated as no id, as `if id:` does
# try next: Ask `is None`.
def sse_bytes(data, id=None):
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = f"id: {id}\n" if id else ""
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
