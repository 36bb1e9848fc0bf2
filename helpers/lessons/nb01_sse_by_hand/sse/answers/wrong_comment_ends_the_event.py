# looks like: a comment that ends the event, as only a blank line does
# try next: Ask whether the whole line is empty, not whether its name is.
class ServerSentEvent:
    def __init__(self, event, data, id=""):
        self.event, self.data, self.id = event, data, id


class SSEDecoder:
    def __init__(self):
        self.line, self.after_cr, self.first = bytearray(), False, True
        self.name, self.data, self.id = "", [], ""

    def feed(self, chunk):
        events = []
        for byte in chunk:
            lf_of_crlf = byte == 0x0A and self.after_cr
            self.after_cr = byte == 0x0D
            if lf_of_crlf:
                continue
            if byte not in b"\r\n":
                self.line.append(byte)
                continue
            line = bytes(self.line)
            if self.first:
                line = line.removeprefix(b"\xef\xbb\xbf")
            self.first = False
            self.line.clear()
            if not line.startswith(b":") and line:
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
