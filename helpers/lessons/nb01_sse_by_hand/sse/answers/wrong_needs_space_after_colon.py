# looks like: code that counts on a space after the colon: `": "` as the separator, or a fixed
#   number of characters cut off
# try next: The colon alone ends the name. Split at `:`, then drop one space if there is one.
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
            line = line.decode("utf-8", "replace")
            if line == "":
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data), self.id))
                self.event, self.data = "message", []
            elif line.startswith("event: "):
                self.event = line[7:]
            elif line.startswith("data: "):
                self.data.append(line[6:])
            elif line.startswith("id: "):
                self.id = line[4:]
        return events
