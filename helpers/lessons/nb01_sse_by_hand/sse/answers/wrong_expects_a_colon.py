# looks like: code that takes two halves from each line, when a line may have no colon; a blank one
#   never has
# try next: Ask first whether the line is blank. For the others, `partition` always gives three
#   pieces, empty ones if it must.
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
            name, value = line.decode("utf-8", "replace").split(":", 1)
            if name == "event":
                self.event = value.strip()
            elif name == "data":
                self.data.append(value.strip())
            if not line and self.data:
                events.append(ServerSentEvent(self.event, "\n".join(self.data)))
                self.event, self.data = "message", []
        return events
