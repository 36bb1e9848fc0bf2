# looks like: an event for a block that has no data line
# try next: At a blank line, ask first whether any data line has come. If none has, there is
#   nothing to give.
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
        while b"\n\n" in self.buffer:
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
            events.append(ServerSentEvent(event, "\n".join(data), id))
        return events
