# misconception: strict-utf-8
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
