# looks like: the data is parsed as JSON already: to a decoder of events, data is text, and some
#   servers send plain words such as `[DONE]`
# try next: Leave `json.loads` to the code that reads the events, and give `data` as the `str` that
#   came.
import json
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    """For the Messages API: its data is always JSON."""

    def __init__(self):
        self.buffer = b""
        self.event = None
        self.data = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\n")
            line = line.decode("utf-8", errors="replace")
            if line.startswith("event:"):
                self.event = line[6:].strip()
            elif line.startswith("data:"):
                self.data += line[5:].strip()
            elif line == "" and self.data:
                events.append(ServerSentEvent(self.event or "message", json.loads(self.data)))
                self.event, self.data = None, ""
        return events
