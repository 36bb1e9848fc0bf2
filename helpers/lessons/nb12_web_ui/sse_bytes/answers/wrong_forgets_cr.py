# looks like: a CR left in the text: it is a line end in this format as well, alone or before an LF
# try next: Make "\n" of "\r\n" first, and then of "\r".
def sse_bytes(data, id=None):
    lines = data.split("\n")
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
