# misconception: not-utf-8
def hello_event(name: str) -> bytes:
    return f"event: hello\ndata: {name}\n\n".encode("latin-1")
