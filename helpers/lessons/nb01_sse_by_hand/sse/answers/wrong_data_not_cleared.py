# looks like: data lines of one event that are still there when the next one is given
# try next: Empty the collected data lines each time that you give an event.
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
        self.id = ""

    def feed(self, chunk):
        events = []
        self.buffer += chunk
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            field, _, value = line.decode("utf-8", "replace").partition(":")
            value = value.removeprefix(" ")
            if not line and self.data:
                events.append(ServerSentEvent(self.event, "\n".join(self.data), self.id))
                self.event = "message"
            elif field == "event":
                self.event = value
            elif field == "data":
                self.data.append(value)
            elif field == "id":
                self.id = value
        return events
