# misconception: forgets-cr
def sse_bytes(data, id=None):
    lines = data.split("\n")
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
