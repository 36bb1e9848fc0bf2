# looks like: an event that never ends: what comes next is treated as a part of it
# try next: An empty line ends an event. How many line ends are that after the last field?
def sse_bytes(data, id=None):
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body).encode()
