# looks like: each call starts from nothing, or reads a line that has not ended yet: the other half
#   comes with the next chunk
# try next: Keep the bytes after the last line end in `self`, put them in front of the next chunk,
#   and read only lines whose end has come.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.event = "message"
        self.data = []
        self.id = ""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        events = []
        for line in chunk.splitlines():
            if line == b"":
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data), self.id))
                self.event, self.data = "message", []
                continue
            name, _, value = line.decode("utf-8", "replace").partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id" and "\0" not in value:
                self.id = value
        return events
