# looks like: a note "the last byte was CR" that stays after its LF has come
# try next: Take the note back as soon as the LF has come, also if nothing else is in the chunk.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.held, self.after_cr, self.first = [], False, True
        self.name, self.data, self.id = "", [], ""

    def feed(self, chunk):
        if self.after_cr:
            chunk = chunk.removeprefix(b"\n")
        if chunk:
            self.after_cr = chunk.endswith(b"\r")
        *lines, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        events = []
        for line in lines:
            line = b"".join([*self.held, line])
            self.held.clear()
            if self.first:
                line = line.removeprefix(b"\xef\xbb\xbf")
            self.first = False
            if line:
                self.field(line.decode("utf-8", "replace"))
            else:
                if self.data:
                    data = "\n".join(self.data)
                    events.append(ServerSentEvent(self.name or "message", data, self.id))
                self.name, self.data = "", []
        self.held.append(rest)
        return events

    def field(self, line):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self.data.append(value)
        elif name == "event":
            self.name = value
        elif name == "id" and "\0" not in value:
            self.id = value
