# looks like: a CR at the end of a chunk is held back until the next chunk shows whether a LF
#   follows: the event comes late, and the last one of a stream never
# try next: Whatever follows, the line has ended at the CR. End it at once, and remember to skip
#   one LF if the next chunk starts with it.
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
        self.held += chunk
        lines = self.held.splitlines(keepends=True)
        self.held = b""
        # "\r" may be the first half of "\r\n"
        if lines and not lines[-1].endswith(b"\n"):
            self.held = lines.pop()
        events = []
        for line in lines:
            line = line.rstrip(b"\r\n").decode("utf-8", "replace")
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event or "message", "\n".join(self.data), self.id))
                self.event, self.data = "", []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id" and "\0" not in value:
                self.id = value
        return events
