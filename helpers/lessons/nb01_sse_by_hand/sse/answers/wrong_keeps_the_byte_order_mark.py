# looks like: a byte order mark that is read as part of the first field's name, so that field is
#   unknown
# try next: Drop `b"\xef\xbb\xbf"` if the stream starts with it; only there.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.pieces = []
        self.cr = False
        self.event = ""
        self.data = []
        self.id = ""

    def feed(self, chunk):
        if self.cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self.cr = chunk.endswith(b"\r")
        chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = chunk.split(b"\n")
        events = []
        for line in lines:
            line = b"".join([*self.pieces, line]).decode("utf-8", "replace")
            self.pieces = []
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
        self.pieces.append(rest)
        return events
