# looks like: CR and LF treated as two line ends, so that each line has a blank one after it
# try next: An LF right after a CR belongs to it: together they end one line.
class ServerSentEvent:
    def __init__(self, event, data, id=""):
        self.event, self.data, self.id = event, data, id


class SSEDecoder:
    def __init__(self):
        self.line, self.first = bytearray(), True
        self.name, self.data, self.id = "", [], ""

    def feed(self, chunk):
        events = []
        for byte in chunk:
            if byte not in b"\r\n":
                self.line.append(byte)
                continue
            line = bytes(self.line)
            if self.first:
                line = line.removeprefix(b"\xef\xbb\xbf")
            self.first = False
            self.line.clear()
            if line:
                self.field(line.decode("utf-8", "replace"))
            else:
                if self.data:
                    events.append(
                        ServerSentEvent(self.name or "message", "\n".join(self.data), self.id)
                    )
                self.name, self.data = "", []
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
