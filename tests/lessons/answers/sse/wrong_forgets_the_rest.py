# misconception: forgets-the-rest
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
