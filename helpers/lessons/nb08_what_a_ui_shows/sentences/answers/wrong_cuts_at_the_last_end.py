# looks like: everything up to the last end in one: two sentences are two
# try next: Go on cutting until no end is left in what you hold.
import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    def __init__(self):
        self.rest = ""

    def feed(self, piece):
        self.rest += piece
        sentences, start, stop = [], 0, 0
        for end in re.finditer(r"[.!?]\s", self.rest):
            sentence = self.rest[start : end.end()]
            if sentence.split()[-1] not in SHORT:
                stop = end.end()
        if stop:
            sentences.append(self.rest[:stop])
        start = stop
        self.rest = self.rest[start:]
        return sentences

    def close(self):
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
