# looks like: `\n` as the only line end, so each line keeps a `\r` and the blank line is not blank;
#   looking for `\n\n` fails for the same reason
# try next: Cut into lines first, at LF, CR or CRLF; then a blank line is an empty one.
#   `bytes.splitlines` does the cutting.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.last_id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n\n" in self.buffer:
            block, self.buffer = self.buffer.split(b"\n\n", 1)
            event, data = "", []
            for line in block.split(b"\n"):
                name, _, value = line.decode("utf-8", "replace").partition(":")
                value = value.removeprefix(" ")
                if name == "event":
                    event = value
                elif name == "data":
                    data.append(value)
                elif name == "id" and "\0" not in value:
                    self.last_id = value
            if data:
                events.append(ServerSentEvent(event or "message", "\n".join(data), self.last_id))
        return events
