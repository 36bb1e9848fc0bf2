# looks like: bytes and text in one expression: a chunk is bytes, and `"data:"` is text
# try next: Decide where bytes become text. Before that place write `b"\n"`, after it `"\n"`; the
#   best place is a line that is whole.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = ""
        self.event = "message"
        self.data = []

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        self.buffer += chunk
        events = []
        while "\n" in self.buffer:
            line, self.buffer = self.buffer.split("\n", 1)
            if line == "":
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data)))
                self.event, self.data = "message", []
            elif line.startswith("event:"):
                self.event = line[6:].lstrip()
            elif line.startswith("data:"):
                self.data.append(line[5:].lstrip())
        return events
