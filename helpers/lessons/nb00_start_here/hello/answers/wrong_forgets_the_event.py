# looks like: an event without its name: it would be called message
# try next: Write the line `event: hello` in front of the data.
def hello_event(name: str) -> bytes:
    return f"data: {name}\n\n".encode()
