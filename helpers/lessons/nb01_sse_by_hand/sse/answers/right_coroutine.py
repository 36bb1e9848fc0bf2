# A generator holds the state in its local variables; `feed` sends it byte after byte.
from collections import namedtuple

ServerSentEvent = namedtuple("ServerSentEvent", "event data id")


def reader():
    """Take one byte at a time, give an event or None."""
    event, data, last_id = "", [], ""
    line, previous, first, result = bytearray(), 0, True, None
    while True:
        byte = yield result
        result = None
        crlf, previous = (previous, byte) == (13, 10), byte
        if crlf:
            continue
        if byte not in (10, 13):
            line.append(byte)
            continue
        if first and line.startswith(b"\xef\xbb\xbf"):
            del line[:3]
        first = False
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value[1:] if value[:1] == " " else value
        if not line:
            if data:
                result = ServerSentEvent(event or "message", "\n".join(data), last_id)
            event, data = "", []
        elif name == "data":
            data.append(value)
        elif name == "event":
            event = value
        elif name == "id" and "\0" not in value:
            last_id = value
        line.clear()


class SSEDecoder:
    def __init__(self):
        self.reader = reader()
        next(self.reader)

    def feed(self, chunk):
        return [event for event in map(self.reader.send, chunk) if event is not None]
