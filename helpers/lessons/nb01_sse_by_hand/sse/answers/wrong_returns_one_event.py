# looks like: a `feed` that returns one event: a chunk may complete none, or ten
# try next: Make an empty list at the start of `feed`, append each event to it, and return the list
#   after the loop.
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
            return None
        block, self.buffer = self.buffer.split(b"\n\n", 1)
        event, data = "message", []
        for line in block.split(b"\n"):
            if line.startswith(b"event:"):
                event = line[6:].decode().removeprefix(" ")
            elif line.startswith(b"data:"):
                data.append(line[5:].decode().removeprefix(" "))
        if data:
            return ServerSentEvent(event, "\n".join(data))
