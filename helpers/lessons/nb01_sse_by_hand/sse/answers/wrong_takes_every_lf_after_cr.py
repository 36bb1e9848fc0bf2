# looks like: a CR that takes every LF after it, not only the first
# try next: A CR and one LF are one line end. The next LF is a line end of its own.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


LF, CR, COLON, SPACE = b"\n\r: "


class SSEDecoder:
    def __init__(self):
        self.state = "name"
        self.name = bytearray()
        self.value = bytearray()
        self.after_cr = False
        self.first_line = True
        self.began_with_lf = False
        self.event = ""
        self.lines = []
        self.id = ""

    def feed(self, chunk):
        events = []
        if self.after_cr and self.began_with_lf:
            self.after_cr = False
        self.began_with_lf = chunk.startswith(b"\n")
        for byte in chunk:
            if byte == LF and self.after_cr:
                continue
            self.after_cr = byte == CR
            if byte in (LF, CR):
                event = self.end_of_line()
                if event is not None:
                    events.append(event)
            elif self.state == "name":
                if byte == COLON:
                    self.state = "space"
                else:
                    self.name.append(byte)
            elif self.state == "space" and byte == SPACE:
                self.state = "value"
            else:
                self.state = "value"
                self.value.append(byte)
        return events

    def end_of_line(self):
        name = self.name.decode("utf-8", "replace")
        value = self.value.decode("utf-8", "replace")
        blank = self.state == "name" and not self.name
        if self.first_line and name.startswith("\ufeff"):
            name = name[1:]
            blank = self.state == "name" and not name
        self.first_line = False
        self.state = "name"
        self.name.clear()
        self.value.clear()
        if blank:
            return self.dispatch()
        if name == "data":
            self.lines.append(value)
        elif name == "event":
            self.event = value
        elif name == "id" and "\0" not in value:
            self.id = value
        return None

    def dispatch(self):
        name, lines = self.event, self.lines
        self.event, self.lines = "", []
        if not lines:
            return None
        return ServerSentEvent(name or "message", "\n".join(lines), self.id)
