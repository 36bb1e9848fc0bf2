# misconception: one-line
def hello_event(name: str) -> bytes:
    return b"event: hello" + b"data: " + name.encode() + b"\n\n"
