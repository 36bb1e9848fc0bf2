# misconception: returns-str
def hello_event(name: str) -> bytes:
    return f"event: hello\ndata: {name}\n\n"
