# misconception: sends-json
import json


def sse_bytes(data, id=None):
    head = "" if id is None else f"id: {id}\n"
    return f"{head}data: {json.dumps(data)}\n\n".encode()
