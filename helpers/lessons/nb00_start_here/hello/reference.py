def hello_event(name: str) -> bytes:
    """Return the bytes of one server-sent event that greets `name`."""
    return f"event: hello\ndata: {name}\n\n".encode()
