# looks like: the name of one event is still there for the next one, which has none
# try next: Forget the name at every blank line, whether or not it gave an event.
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
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            line = line.decode("utf-8", "replace").rstrip("\r")
            if line == "":
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data), self.id))
                    self.data = []
            elif line.startswith("event:"):
                self.event = line[6:].removeprefix(" ")
            elif line.startswith("data:"):
                self.data.append(line[5:].removeprefix(" "))
            elif line.startswith("id:"):
                self.id = line[3:].removeprefix(" ")
        return events
