# looks like: both fields on one line, so the second is read as part of the first
# try next: Each field needs a line of its own: end the first with `\n`.
def hello_event(name: str) -> bytes:
    return b"event: hello" + b"data: " + name.encode() + b"\n\n"
