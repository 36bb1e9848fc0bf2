# misconception: same-name-always
def hello_event(name: str) -> bytes:
    return b"event: hello\ndata: Ada\n\n"
