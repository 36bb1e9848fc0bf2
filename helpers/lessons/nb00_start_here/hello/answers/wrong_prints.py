# looks like: the event is printed, and the function itself returns nothing
# try next: End the function with `return …` instead of `print(…)`.
def hello_event(name: str) -> bytes:
    print(f"event: hello\ndata: {name}\n\n".encode())
