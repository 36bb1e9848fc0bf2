# misconception: name-not-filled-in
def hello_event(name: str) -> bytes:
    return b"event: hello\ndata: {name}\n\n"
