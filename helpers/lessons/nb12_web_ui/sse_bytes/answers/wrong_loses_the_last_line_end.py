# looks like: a line end lost at the end of the text: `splitlines` and `strip` drop it
# try next: `"a\n".split("\n")` has two items, and the second is an empty line of the text.
def sse_bytes(data, id=None):
    lines = data.splitlines()
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
