# misconception: escaped-newline
def hello_event(name: str) -> bytes:
    return rf"event: hello\ndata: {name}\n\n".encode()
