# looks like: an id that says None, which a browser will send back when it returns
# try next: Leave the field out where there is no id.
def sse_bytes(data, id=None):
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
