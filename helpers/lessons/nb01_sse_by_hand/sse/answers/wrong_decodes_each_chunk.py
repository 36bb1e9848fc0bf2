# looks like: each chunk is decoded by itself, so the two halves of a character become two errors,
#   and `errors=…` hides them
# try next: Keep bytes as bytes until a line is whole, and decode then. Also possible: an
#   incremental decoder from `codecs`, which keeps half a character for the next call.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = ""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        self.buffer += chunk.decode("utf-8", errors="replace")
        events = []
        while "\n\n" in self.buffer:
            block, self.buffer = self.buffer.split("\n\n", 1)
            event, data = "message", []
            for line in block.splitlines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:"):
                    data.append(line[5:].strip())
            if data:
                events.append(ServerSentEvent(event, "\n".join(data)))
        return events
