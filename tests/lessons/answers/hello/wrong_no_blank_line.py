# misconception: no-blank-line
def hello_event(name: str) -> bytes:
    lines = ["event: hello", f"data: {name}"]
    return ("\n".join(lines) + "\n").encode()
