# looks like: a `None` from a call that completed no event
# try next: Let every way out of `feed` return the list, also when it is still empty.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""

    def feed(self, chunk):
        self.buffer += chunk
        if b"\n\n" not in self.buffer:
            # nothing complete yet
            return
        *blocks, self.buffer = self.buffer.split(b"\n\n")
        return [self.parse(block) for block in blocks]

    def parse(self, block):
        name = "message"
        data = []
        for line in block.split(b"\n"):
            key, _, value = line.partition(b":")
            value = value.removeprefix(b" ").decode("utf-8", "replace")
            if key == b"event":
                name = value
            elif key == b"data":
                data.append(value)
        return ServerSentEvent(name, "\n".join(data))
