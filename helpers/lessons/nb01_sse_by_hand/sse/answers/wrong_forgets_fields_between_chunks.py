# looks like: the unfinished line is kept, but the fields of the unfinished event are not: they
#   begin again in each call
# try next: The name and the data lines collected so far belong in `self` too: set them in
#   `__init__`, and clear them at a blank line only.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held = b""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        *lines, self.held = (self.held + chunk).split(b"\n")
        events = []
        event, data, id = "", [], ""
        for line in lines:
            name, _, value = line.decode("utf-8", "replace").partition(":")
            value = value.removeprefix(" ")
            if not line:
                if data:
                    events.append(ServerSentEvent(event or "message", "\n".join(data), id))
                event, data = "", []
            elif name == "event":
                event = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                id = value
        return events
