# looks like: empty data treated like no data at all, as `if data:` does with `""`: a data line
#   came, so there is an event
# try next: Ask whether a data line came, not whether there is text in it: a list of lines can tell
#   `[""]` from `[]`.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.event = ""
        self.lines = []
        self.id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            field, _, value = line.decode("utf-8", "replace").partition(":")
            value = value.removeprefix(" ")
            if not line:
                data = "\n".join(self.lines)
                if data:
                    events.append(ServerSentEvent(self.event or "message", data, self.id))
                self.event, self.lines = "", []
            elif field == "event":
                self.event = value
            elif field == "data":
                self.lines.append(value)
            elif field == "id":
                self.id = value
        return events
