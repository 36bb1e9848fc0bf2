# misconception: splits-at-unicode-line-ends
def sse_bytes(data, id=None):
    lines = (data + "x").splitlines()
    lines[-1] = lines[-1][:-1]
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
