# looks like: the same name for everybody
# try next: Put the argument `name` in, so that each call greets its own.
def hello_event(name: str) -> bytes:
    return b"event: hello\ndata: Ada\n\n"
