# misconception: sends-none
def sse_bytes(data, id=None):
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
