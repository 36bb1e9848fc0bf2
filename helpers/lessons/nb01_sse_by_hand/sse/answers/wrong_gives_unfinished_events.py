# looks like: an event that is given before its blank line has come: at the end of a chunk, say, or
#   at each data line
# try next: Give an event at a blank line and nowhere else. What is not finished stays for the next
#   call, or for ever if the stream breaks off.
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

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            line = line.decode("utf-8", "replace")
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line == "":
                self.dispatch(events)
            elif name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
        # the last event of the chunk
        if not self.buffer:
            self.dispatch(events)
        return events

    def dispatch(self, events):
        if self.data:
            events.append(ServerSentEvent(self.event or "message", "\n".join(self.data)))
            self.event, self.data = "", []
