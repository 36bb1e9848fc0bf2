# looks like: a line without a colon is passed over: it is a field too, with an empty value
# try next: Compare names, not beginnings such as `"data:"`. `partition` gives the whole line as
#   the name when there is no colon.
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
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            line = line.decode("utf-8", "replace")
            if line == "":
                if self.data:
                    name = self.event or "message"
                    events.append(ServerSentEvent(name, "\n".join(self.data), self.id))
                self.event, self.data = "", []
            elif line.startswith("event:"):
                self.event = line[6:].removeprefix(" ")
            elif line.startswith("data:"):
                self.data.append(line[5:].removeprefix(" "))
            elif line.startswith("id:"):
                self.id = line[3:].removeprefix(" ")
        return events
