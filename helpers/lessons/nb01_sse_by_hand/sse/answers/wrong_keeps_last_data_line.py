# looks like: each data line overwrites the one before it
# try next: Collect the data lines in a list, and join them when the event is given.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.event = "message"
        self.data = None
        self.id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            line = line.decode("utf-8", "replace")
            if line.startswith("event:"):
                self.event = line[6:].strip()
            elif line.startswith("data:"):
                self.data = line[5:].strip()
            elif line.startswith("id:"):
                self.id = line[3:].strip()
            elif line == "" and self.data is not None:
                events.append(ServerSentEvent(self.event, self.data, self.id))
                self.event, self.data = "message", None
        return events
