# looks like: the space after the colon is treated as a part of the value
# try next: If the value starts with a space, drop that one: `removeprefix` does it.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.event = "message"
        self.data = []

    def feed(self, chunk):
        self.buffer += chunk
        *lines, self.buffer = self.buffer.split(b"\n")
        events = []
        for line in lines:
            field, _, value = line.decode("utf-8", "replace").partition(":")
            if line == b"":
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data)))
                self.event = "message"
                self.data = []
            elif field == "event":
                self.event = value
            elif field == "data":
                self.data.append(value)
        return events
