# looks like: a strict decoding: one bad byte, and the whole stream is lost
# try next: The second argument of `decode` says what to do: `"replace"` puts U+FFFD in the place
#   of what it can't read.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.fields = {}
        self.id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            event = self.line(line.decode("utf-8"))
            if event:
                events.append(event)
        return events

    def line(self, line):
        if line == "":
            fields, self.fields = self.fields, {}
            if "data" in fields:
                return ServerSentEvent(fields.get("event", "message"), fields["data"], self.id)
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data" and "data" in self.fields:
            self.fields["data"] += "\n" + value
        elif name == "id":
            self.id = value
        else:
            self.fields[name] = value
