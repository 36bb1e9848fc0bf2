# looks like: an id with a NUL in it is taken, or cut, instead of being ignored as a whole
# try next: Take an id only if `"\0"` is not in it; otherwise the one before it stays.
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
        events = []
        self.held += chunk
        end = self.held.rfind(b"\n") + 1
        lines, self.held = self.held[:end].splitlines(), self.held[end:]
        for line in lines:
            if not line:
                if self.data:
                    events.append(self.finished())
                self.event, self.data = "", []
                continue
            name, _, value = line.decode("utf-8", "replace").partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id":
                self.id = value
        return events

    def finished(self):
        return ServerSentEvent(self.event or "message", "\n".join(self.data), self.id)
