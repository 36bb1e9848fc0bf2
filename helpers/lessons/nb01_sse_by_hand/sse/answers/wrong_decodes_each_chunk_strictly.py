# looks like: each chunk is decoded by itself, and half a character can't be decoded
# try next: Keep bytes as bytes until a line is whole. A line end is never inside a character, so a
#   whole line holds whole characters.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self) -> None:
        self.rest = ""
        self.event = "message"
        self.data = []
        self.id = ""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        text = self.rest + chunk.decode("utf-8")
        text = text.replace("\r\n", "\n")
        *lines, self.rest = text.split("\n")
        events = []
        for line in lines:
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data), self.id))
                self.event = "message"
                self.data = []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            match name:
                case "event":
                    self.event = value
                case "data":
                    self.data.append(value)
                case "id":
                    self.id = value
        return events
