# looks like: another encoding than UTF-8, in which these bytes are other letters
# try next: The standard knows one encoding only. Name it where you decode.
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
            if line:
                self.field(line.decode("latin-1"))
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
