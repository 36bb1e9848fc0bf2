# looks like: two decoders that write into the same buffer: one that belongs to the class or to the
#   module, or is the default of a parameter
# try next: Make everything that changes in `__init__`, as `self.… = …`, so that each decoder has
#   its own.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    buffer = bytearray()
    event = ""
    data = []
    id = ""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        self.buffer.extend(chunk)
        events = []
        while (end := self.buffer.find(b"\n")) >= 0:
            line = self.buffer[:end].decode("utf-8", "replace")
            del self.buffer[: end + 1]
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event or "message", "\n".join(self.data), self.id))
                self.event = ""
                self.data.clear()
            elif name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id":
                self.id = value
        return events
