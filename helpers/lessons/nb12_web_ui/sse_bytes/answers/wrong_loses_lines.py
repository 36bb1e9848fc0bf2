# looks like: a line end in the text that ends the field: what follows is a field that nobody
#   knows, or another event
# try next: Each line of the text needs a `data: ` of its own.
def sse_bytes(data, id=None):
    head = "" if id is None else f"id: {id}\n"
    return f"{head}data: {data}\n\n".encode()
