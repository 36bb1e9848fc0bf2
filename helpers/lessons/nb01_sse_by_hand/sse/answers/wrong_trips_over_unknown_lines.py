# looks like: a field that you don't use, or a comment, ends in an error
# try next: Look at the names that you know, and let everything else pass without a word. That is
#   how the format can grow.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held = b""
        self.fields = {}
        self.id = ""

    def feed(self, chunk):
        *lines, self.held = (self.held + chunk).split(b"\n")
        events = []
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(":")
                self.fields.setdefault(name, []).append(value.removeprefix(" "))
                continue
            if "data" in self.fields:
                fields = {name: "\n".join(values) for name, values in self.fields.items()}
                self.id = fields.pop("id", self.id)
                events.append(ServerSentEvent(**{"event": "message", **fields}, id=self.id))
            self.fields = {}
        return events
