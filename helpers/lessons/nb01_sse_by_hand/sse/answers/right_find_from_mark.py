# One bytearray for all, and a mark up to where it has been searched already.
from typing import NamedTuple


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str = ""


class SSEDecoder:
    def __init__(self):
        self.buffer = bytearray()
        self.searched = 0
        self.ended_in_cr = False
        self.mark_possible = True
        self.pending = {}
        self.last_id = ""

    def feed(self, chunk):
        if self.ended_in_cr and chunk:
            self.ended_in_cr = False
            if chunk[0] == 0x0A:
                chunk = chunk[1:]
        self.buffer += chunk
        events = []
        start = 0
        while (end := self.line_end(max(start, self.searched))) >= 0:
            line = bytes(self.buffer[start:end])
            start = end + 1
            if self.buffer[end : end + 2] == b"\r\n":
                start += 1
            elif self.buffer[end] == 0x0D and start == len(self.buffer):
                self.ended_in_cr = True
            event = self.take(line)
            if event:
                events.append(event)
        del self.buffer[:start]
        self.searched = len(self.buffer)
        return events

    def line_end(self, start):
        ends = [end for end in (self.buffer.find(b"\n", start), self.buffer.find(b"\r", start)) if end >= 0]
        return min(ends, default=-1)

    def take(self, line):
        if self.mark_possible:
            self.mark_possible = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line:
            name, _, value = line.decode("utf-8", errors="replace").partition(":")
            if value.startswith(" "):
                value = value[1:]
            match name:
                case "id":
                    if "\0" not in value:
                        self.last_id = value
                case "data":
                    self.pending.setdefault("data", []).append(value)
                case "event":
                    self.pending["event"] = value
            return None
        pending, self.pending = self.pending, {}
        if "data" not in pending:
            return None
        return ServerSentEvent(pending.get("event") or "message", "\n".join(pending["data"]), self.last_id)
