import io


def hello_event(name: str) -> bytes:
    out = io.BytesIO()
    for line in ("event: hello", f"data: {name}", ""):
        out.write(bytes(line, "utf-8") + b"\n")
    return out.getvalue()
