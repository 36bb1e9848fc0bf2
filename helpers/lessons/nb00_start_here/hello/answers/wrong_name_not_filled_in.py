# looks like: the word `name` itself is sent, not its value: a string fills in `{name}` only when
#   it starts with `f`
# try next: Build it as text with `f"…"` first, then encode the whole.
def hello_event(name: str) -> bytes:
    return b"event: hello\ndata: {name}\n\n"
