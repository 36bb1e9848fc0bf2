# looks like: `splitlines` on a `str`: it also splits at U+2028 and seven other characters that are
#   no line ends to SSE
# try next: Split bytes, and decode afterwards: `bytes.splitlines` knows just LF, CR and CRLF.
import codecs
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.buffer = ""
        self.event = "message"
        self.data = []
        self.id = ""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        self.buffer += self.decoder.decode(chunk)
        lines = self.buffer.splitlines(keepends=True)
        self.buffer = ""
        if lines and not lines[-1].endswith(("\n", "\r")):
            self.buffer = lines.pop()
        events = []
        for line in lines:
            line = line.rstrip("\r\n")
            if line == "":
                if self.data:
                    events.append(ServerSentEvent(self.event, "\n".join(self.data), self.id))
                self.event, self.data = "message", []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                self.event = value
            elif name == "data":
                self.data.append(value)
            elif name == "id":
                self.id = value
        return events
