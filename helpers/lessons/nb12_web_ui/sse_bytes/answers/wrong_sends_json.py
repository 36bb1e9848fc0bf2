# looks like: JSON: a fine cure as well, but not the text itself
# try next: One `data: ` for each line of the text, nothing quoted.
import json


def sse_bytes(data, id=None):
    head = "" if id is None else f"id: {id}\n"
    return f"{head}data: {json.dumps(data)}\n\n".encode()
