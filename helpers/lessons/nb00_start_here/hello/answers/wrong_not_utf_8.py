# looks like: another encoding than UTF-8, or one that leaves out what it doesn't know
# try next: An event stream is always UTF-8: `.encode()` alone does it, and so does
#   `.encode("utf-8")`.
def hello_event(name: str) -> bytes:
    return f"event: hello\ndata: {name}\n\n".encode("latin-1")
