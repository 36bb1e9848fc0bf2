# looks like: LF and CRLF end a line, a CR by itself does not
# try next: The standard has three line ends, and CR alone is one of them: `rstrip` is not enough,
#   the line has to be cut there.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.event = ""
        self.data = []
        self.id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            line = line.rstrip(b"\r").decode("utf-8", "replace")
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
