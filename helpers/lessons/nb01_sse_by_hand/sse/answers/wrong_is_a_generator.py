# looks like: a `yield` in `feed`, which makes it a generator: a fine idea, but nothing of it runs
#   until somebody takes the events, and a chunk whose events nobody takes is lost
# try next: Append to a list where you yield now, and return the list at the end.
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
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            line = line.decode("utf-8", "replace")
            if line == "":
                if self.data:
                    yield ServerSentEvent(self.event, "\n".join(self.data), self.id)
                self.event, self.data = "message", []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id":
                self.id = value
