# looks like: spaces before a field name, as a triple-quoted string inside a function picks them up
# try next: Write it in one line with `\n`, or start each line at the left edge: `" data"` is not
#   the field `data`.
def hello_event(name: str) -> bytes:
    return f"""event: hello
    data: {name}

    """.encode()
