# looks like: an event for each data line: the blank line ends an event, not the line
# try next: Collect data lines, and give the event at the blank line.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n\n" in self.buffer:
            block, self.buffer = self.buffer.split(b"\n\n", 1)
            lines = block.decode("utf-8", "replace").split("\n")
            event, id = "message", ""
            for line in lines:
                if line.startswith("event:"):
                    event = line[6:].strip()
                if line.startswith("id:"):
                    id = line[3:].strip()
            for line in lines:
                if line.startswith("data:"):
                    events.append(ServerSentEvent(event, line[5:].strip(), id))
        return events
