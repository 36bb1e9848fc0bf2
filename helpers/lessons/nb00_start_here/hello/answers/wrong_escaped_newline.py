# looks like: a backslash and the letter n where a line end should be, as a raw string or `\\n`
#   gives them
# try next: Write `\n` with one backslash, in a string without the `r` before it.
def hello_event(name: str) -> bytes:
    return rf"event: hello\ndata: {name}\n\n".encode()
