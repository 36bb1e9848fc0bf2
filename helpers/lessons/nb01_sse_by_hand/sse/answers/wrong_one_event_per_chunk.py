# looks like: a `feed` that stops at the first event, or treats the whole chunk as one event: the
#   network may put several into one chunk
# try next: Use a loop over the lines of the chunk, and go on after an event. A `return` inside that
#   loop, or an `if` where a `while` should stand, ends it too early.
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
        events = []
        if b"\n\n" in self.buffer:
            block, self.buffer = self.buffer.split(b"\n\n", 1)
            event, data, id = "message", [], ""
            for line in block.split(b"\n"):
                name, _, value = line.decode("utf-8", "replace").partition(":")
                value = value.removeprefix(" ")
                if name == "event":
                    event = value
                elif name == "data":
                    data.append(value)
                elif name == "id":
                    id = value
            if data:
                events.append(ServerSentEvent(event, "\n".join(data), id))
        return events
