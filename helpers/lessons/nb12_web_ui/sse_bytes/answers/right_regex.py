import re


def sse_bytes(data, id=None):
    event = "" if id is None else f"id:{id}\n"
    for line in re.split("\r\n|\r|\n", data):
        event += f"data: {line}\n"
    return (event + "\n").encode("utf-8")
