# looks like: no name where none was sent: an event without one is called `"message"`
# try next: Where you make the event, let `"message"` stand in for a name that is missing.
from dataclasses import dataclass


@dataclass
class ServerSentEvent:
    event: str = None
    data: str = ""
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""

    def feed(self, chunk):
        self.buffer += chunk
        *blocks, self.buffer = self.buffer.split(b"\n\n")
        return [self.parse(block.decode("utf-8", "replace")) for block in blocks]

    def parse(self, block):
        event = ServerSentEvent()
        lines = []
        for line in block.split("\n"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                lines.append(value)
            elif field in ("event", "id"):
                setattr(event, field, value)
        event.data = "\n".join(lines)
        return event
