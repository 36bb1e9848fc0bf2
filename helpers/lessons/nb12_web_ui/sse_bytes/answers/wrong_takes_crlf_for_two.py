# looks like: CR LF treated as two line ends; it is one
# try next: Mind the order of your two `replace`.
def sse_bytes(data, id=None):
    lines = data.replace("\r", "\n").split("\n")
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
