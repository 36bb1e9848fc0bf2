# looks like: a call that takes longer the more is held back: it copies, searches or decodes the
#   whole line once more for each chunk, so a line ten times as long costs a hundred times
# try next: Look only at the new bytes for a line end. Collect what is held back in a list of
#   pieces or a `bytearray`, and put it together when the line has ended.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held = b""
        self.cr = False
        self.first = True
        self.event = ""
        self.data = []
        self.id = ""

    def complete_lines(self, chunk):
        if self.cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self.cr = chunk.endswith(b"\r")
        self.held += chunk
        end = max(self.held.rfind(b"\n"), self.held.rfind(b"\r")) + 1
        lines, self.held = self.held[:end].splitlines(), self.held[end:]
        if self.first and lines:
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
            self.first = False
        return lines

    def feed(self, chunk):
        events = []
        for line in self.complete_lines(chunk):
            line = line.decode("utf-8", "replace")
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
        return events
