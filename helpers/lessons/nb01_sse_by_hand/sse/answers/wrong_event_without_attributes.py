# looks like: events as plain tuples or dicts, so that nobody can ask for `event.data`
# try next: Return `ServerSentEvent(name, data, id)`, as the stub defines it.
class SSEDecoder:
    def __init__(self):
        self.buffer = b""
        self.current = {}

    def feed(self, chunk):
        self.buffer += chunk
        *lines, self.buffer = self.buffer.split(b"\n")
        events = []
        for line in lines:
            if not line:
                if "data" in self.current:
                    self.current.setdefault("event", "message")
                    events.append(self.current)
                self.current = {}
                continue
            key, _, value = line.decode("utf-8").partition(": ")
            if key == "data" and "data" in self.current:
                self.current["data"] += "\n" + value
            else:
                self.current[key] = value
        return events
