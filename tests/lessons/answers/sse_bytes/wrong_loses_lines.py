# misconception: loses-lines
def sse_bytes(data, id=None):
    head = "" if id is None else f"id: {id}\n"
    return f"{head}data: {data}\n\n".encode()
