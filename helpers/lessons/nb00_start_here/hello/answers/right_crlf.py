# Lines may end in CRLF, and the order of the two fields does not matter.
def hello_event(name: str) -> bytes:
    fields = {"data": name, "event": "hello"}
    lines = [f"{field}: {value}\r\n" for field, value in fields.items()]
    return "".join([*lines, "\r\n"]).encode()
