# looks like: bad bytes that vanish, or are read in another encoding, so nobody sees that something
#   was wrong
# try next: An event stream is always UTF-8. Decode with `"replace"`: U+FFFD shows where a
#   character was lost.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.event = ""
        self.data = []
        self.id = ""

    def feed(self, chunk):
        events = []
        *lines, self.buffer = (self.buffer + chunk).split(b"\n")
        for line in lines:
            line = self.to_text(line)
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if self.data:
                    events.append(ServerSentEvent(self.event or "message", "\n".join(self.data), self.id))
                self.event, self.data = "", []
            elif name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id":
                self.id = value
        return events

    def to_text(self, line):
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            return line.decode("latin-1")
