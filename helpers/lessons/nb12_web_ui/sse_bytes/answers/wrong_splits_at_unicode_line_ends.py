# looks like: `splitlines`, which also splits at U+2028, U+0085 and others: no line ends in this
#   format, and now they are gone from the text
# try next: Split at "\n" alone, after you have made one of each "\r\n" and "\r".
def sse_bytes(data, id=None):
    lines = (data + "x").splitlines()
    lines[-1] = lines[-1][:-1]
    head = "" if id is None else f"id: {id}\n"
    body = "".join(f"data: {line}\n" for line in lines)
    return (head + body + "\n").encode()
