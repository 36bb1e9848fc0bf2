# The space after the colon may be left out.
def hello_event(name: str) -> bytes:
    return b"event:hello\ndata:" + name.encode("utf-8") + b"\n\n"
