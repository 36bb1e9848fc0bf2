# looks like: one list for the whole life of the decoder, so each call returns the events of the
#   calls before it, too
# try next: Start a new list in every call of `feed`: it holds only what this chunk completed.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.events = []
        self.buffer = b""
        self.name = "message"
        self.lines = []

    def feed(self, chunk):
        self.buffer += chunk
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            self.line(line.decode("utf-8", "replace"))
        return self.events

    def line(self, line):
        if line == "":
            if self.lines:
                self.events.append(ServerSentEvent(self.name, "\n".join(self.lines)))
            self.name, self.lines = "message", []
            return
        field, _, value = line.partition(":")
        if value.startswith(" "):
            value = value[1:]
        if field == "event":
            self.name = value
        elif field == "data":
            self.lines.append(value)
