# looks like: a blank line that is not seen as one, or a field name that never matches: `b"data" ==
#   "data"` is False, without an error
# try next: Print each line in the loop with `repr`: is the last one empty, and are they bytes or
#   text?
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.rest = b""
        self.fields = {}

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        events = []
        lines = (self.rest + chunk).splitlines(keepends=True)
        self.rest = b""
        for line in lines:
            if not line.endswith((b"\n", b"\r")):
                self.rest = line
                break
            if line.strip() == "":
                if "data" in self.fields:
                    events.append(ServerSentEvent(self.fields.get("event", "message"), self.fields["data"]))
                self.fields = {}
                continue
            name, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(":")
            self.fields[name] = value.removeprefix(" ")
        return events
