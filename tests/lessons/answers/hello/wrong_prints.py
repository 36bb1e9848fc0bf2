# misconception: prints
def hello_event(name: str) -> bytes:
    print(f"event: hello\ndata: {name}\n\n".encode())
