# Text first, by a codec that keeps half a character; then lines, cut at three line ends only.
import codecs
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        # utf-8-sig drops the byte order mark, also when it comes in pieces.
        self.text = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self.parts = []
        self.skip_newline = False
        self.reset()
        self.id = ""

    def reset(self):
        self.name = "message"
        self.data = None

    def feed(self, chunk):
        text = self.text.decode(chunk)
        if text and self.skip_newline:
            text = text.removeprefix("\n")
            self.skip_newline = False
        if text.endswith("\r"):
            self.skip_newline = True
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        events = []
        for line in lines:
            line = "".join(self.parts) + line
            self.parts = []
            if line == "":
                if self.data is not None:
                    events.append(ServerSentEvent(self.name, self.data, self.id))
                self.reset()
            else:
                self.field(*line.split(":", 1))
        self.parts.append(rest)
        return events

    def field(self, name, value=""):
        if value.startswith(" "):
            value = value[1:]
        if name == "data":
            self.data = value if self.data is None else self.data + "\n" + value
        elif name == "event":
            self.name = value or "message"
        elif name == "id" and "\0" not in value:
            self.id = value
