# looks like: code that assumes that each block has a data line
# try next: At a blank line, ask first whether any data line has come.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.fields = {}
        self.id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            if line.startswith(b":"):
                continue
            line = line.decode("utf-8", "replace")
            if line:
                name, _, value = line.partition(":")
                self.fields.setdefault(name, []).append(value.removeprefix(" "))
            elif self.fields:
                name = self.fields.get("event", ["message"])[-1]
                events.append(ServerSentEvent(name, "\n".join(self.fields["data"]), self.id))
                self.fields = {}
        return events
