# looks like: a `str` where bytes were asked for: text is what you think in, bytes are what travels
# try next: Turn the finished text into bytes with its `.encode()` method.
def hello_event(name: str) -> bytes:
    return f"event: hello\ndata: {name}\n\n"
