# looks like: a byte order mark that is removed everywhere
# try next: It is a mark at the very start of the stream only. Everywhere else it is text.
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
        self.event = ""
        self.lines = []
        self.id = ""

    def feed(self, chunk):
        events = []
        for byte in chunk:
            if byte == LF and self.after_cr:
                self.after_cr = False
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
        value = self.value.decode("utf-8", "replace").replace("\ufeff", "")
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
