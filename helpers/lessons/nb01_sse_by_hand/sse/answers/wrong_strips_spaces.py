# looks like: `strip`, `lstrip` or `rstrip`, which take every space they find: they may be part of
#   the text
# try next: One space after the colon is dropped, all others are data: `removeprefix(…)` takes one
#   and no more.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held = b""
        self.event = "message"
        self.data = []
        self.id = ""

    def feed(self, chunk):
        events = []
        self.held += chunk
        end = max(self.held.rfind(b"\n"), self.held.rfind(b"\r")) + 1
        lines, self.held = self.held[:end].splitlines(), self.held[end:]
        for raw in lines:
            line = raw.decode("utf-8", "replace").strip()
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data), self.id))
                self.event, self.data = "message", []
                continue
            name, _, value = line.partition(":")
            value = value.strip()
            if name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id":
                self.id = value
        return events
