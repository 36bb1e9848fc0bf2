# misconception: indented
def hello_event(name: str) -> bytes:
    return f"""event: hello
    data: {name}

    """.encode()
