# looks like: an id that counts only when its block has data
# try next: Take the id over when its line is read; whether an event comes of the block doesn't
#   matter to it.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.block = []
        self.last_id = ""

    def feed(self, chunk):
        self.buffer += chunk
        events = []
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            if line:
                self.block.append(line.decode("utf-8", "replace"))
                continue
            fields = [line.partition(":") for line in self.block]
            self.block = []
            values = {"data": [], "event": ["message"], "id": [self.last_id]}
            for name, _, value in fields:
                values.setdefault(name, []).append(value.removeprefix(" "))
            if not values["data"]:
                continue
            self.last_id = values["id"][-1]
            events.append(ServerSentEvent(values["event"][-1], "\n".join(values["data"]), self.last_id))
        return events
