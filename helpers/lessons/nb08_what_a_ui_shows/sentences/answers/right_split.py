import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")
KEPT = "|".join(re.escape(word) for word in SHORT)
END = re.compile(r"(?<=[.!?] )")


class SentenceBuffer:
    def __init__(self):
        self.parts = []

    def feed(self, piece):
        *whole, rest = END.split("".join(self.parts) + piece)
        done = []
        now = ""
        for part in whole:
            now += part
            if not re.search(rf"(?:^|\s)(?:{KEPT}) $", now):
                done.append(now)
                now = ""
        self.parts = [now, rest]
        return done

    def close(self):
        text = "".join(self.parts)
        self.parts = []
        return [text] if text else []
