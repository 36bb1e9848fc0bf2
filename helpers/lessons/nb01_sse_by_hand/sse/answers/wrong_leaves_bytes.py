# looks like: a field that is still bytes: they were split and never decoded
# try next: A line that is whole can be decoded: `.decode("utf-8", "replace")` gives its text.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held = b""
        self.event = b"message"
        self.data = []

    def feed(self, chunk):
        self.held += chunk
        lines = self.held.splitlines(keepends=True)
        self.held = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        events = []
        for line in lines:
            line = line.rstrip(b"\r\n")
            if line == b"":
                if self.data:
                    events.append(ServerSentEvent(self.event, b"\n".join(self.data)))
                self.event, self.data = b"message", []
            elif line.startswith(b"event:"):
                self.event = line[6:].removeprefix(b" ")
            elif line.startswith(b"data:"):
                self.data.append(line[5:].removeprefix(b" "))
        return events
