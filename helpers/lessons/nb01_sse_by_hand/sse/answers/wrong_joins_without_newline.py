# looks like: data lines that are joined by nothing, or by something else than a line end
# try next: Join them with `"\n"`: the sender cut one text at its line ends.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.event = "message"
        self.data = ""
        self.id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            line = line.decode("utf-8", "replace")
            name, _, value = line.partition(":")
            if value.startswith(" "):
                value = value[1:]
            if line == "":
                if self.data:
                    events.append(ServerSentEvent(self.event, self.data, self.id))
                self.event, self.data = "message", ""
            elif name == "event":
                self.event = value
            elif name == "data":
                self.data += value
            elif name == "id":
                self.id = value
        return events
