# looks like: a line that is split at every colon in it, and JSON is full of colons
# try next: Split once, at the first colon: `partition` does just that.
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
        events = []
        while b"\n" in self.buffer:
            raw, self.buffer = self.buffer.split(b"\n", 1)
            line = raw.decode("utf-8", "replace").rstrip("\r")
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data)))
                self.event, self.data = "message", []
                continue
            parts = line.split(":")
            field, value = parts[0], parts[1].strip()
            if field == "event":
                self.event = value
            elif field == "data":
                self.data.append(value)
        return events
