# Lines found by a regular expression on bytes; events are a dataclass.
import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ServerSentEvent:
    event: str
    data: str
    id: str = ""


LINE_END = re.compile(rb"\r\n|\n|\r")
FIELD = re.compile(r"([^:]*)(?:: ?(.*))?", re.DOTALL)


@dataclass
class SSEDecoder:
    held: list = field(default_factory=list)
    fields: dict = field(default_factory=lambda: {"data": []})
    last_id: str = ""
    cr: bool = False
    started: bool = False

    def feed(self, chunk):
        events = []
        if not chunk:
            return events
        start = 1 if self.cr and chunk.startswith(b"\n") else 0
        self.cr = chunk.endswith(b"\r")
        for end in LINE_END.finditer(chunk, start):
            self.held.append(chunk[start : end.start()])
            line = b"".join(self.held)
            self.held.clear()
            start = end.end()
            if not self.started:
                line = line.removeprefix(b"\xef\xbb\xbf")
                self.started = True
            if line:
                self.read(line.decode(errors="replace"))
            else:
                events.extend(self.finish())
        self.held.append(chunk[start:])
        return events

    def read(self, line):
        name, value = FIELD.fullmatch(line).groups(default="")
        if name == "data":
            self.fields["data"].append(value)
        elif name == "id":
            if "\x00" not in value:
                self.last_id = value
        elif name:
            self.fields[name] = value

    def finish(self):
        fields, self.fields = self.fields, {"data": []}
        if fields["data"]:
            name = fields.get("event") or "message"
            yield ServerSentEvent(name, "\n".join(fields["data"]), self.last_id)
