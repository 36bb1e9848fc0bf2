# looks like: an event that never ends: a reader waits for the blank line
# try next: An event is over at the first empty line. After the last field that makes two `\n`: one
#   ends the field, one is the empty line.
def hello_event(name: str) -> bytes:
    lines = ["event: hello", f"data: {name}"]
    return ("\n".join(lines) + "\n").encode()
