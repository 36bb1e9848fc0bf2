# looks like: a text that begins with a space and loses it: for a reader, one space after the colon
#   is a part of the format
# try next: Write `data: ` with its space, whatever comes then.
def sse_bytes(data, id=None):
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data:{line}\n" for line in lines)
    return (head + body + "\n").encode()
