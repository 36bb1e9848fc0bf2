# looks like: a field that only starts like yours: `"dataset"` starts with `"data"`
# try next: Cut the line at its first colon, then compare the whole name.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held = b""
        self.event = ""
        self.data = []
        self.id = ""

    def feed(self, chunk):
        *lines, self.held = (self.held + chunk).split(b"\n")
        events = []
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            value = line.partition(":")[2].removeprefix(" ")
            if line == "":
                if self.data:
                    events.append(ServerSentEvent(self.event or "message", "\n".join(self.data), self.id))
                self.event, self.data = "", []
            elif line.startswith("data"):
                self.data.append(value)
            elif line.startswith("event"):
                self.event = value
            elif line.startswith("id"):
                self.id = value
        return events
