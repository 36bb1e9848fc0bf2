# looks like: one CRLF, cut between two chunks, counted as two line ends: the second ends a blank
#   line that nobody sent
# try next: When a chunk ends in CR, remember it in `self`. If the next chunk starts with LF, skip
#   that LF: it is the other half of the same line end.
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
        chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self.held = (self.held + chunk).split(b"\n")
        events = []
        for line in lines:
            line = line.decode("utf-8", "replace")
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
