# looks like: pieces looked at one by one: what one has begun and the next one ends is lost
# try next: Keep what isn't finished in `self`, and put the next piece after it.
import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    def __init__(self):
        self.rest = ""

    def feed(self, piece):
        self.rest = piece
        sentences, start = [], 0
        for end in re.finditer(r"[.!?]\s", self.rest):
            sentence = self.rest[start : end.end()]
            if sentence.split()[-1] not in SHORT:
                sentences.append(sentence)
                start = end.end()
        self.rest = self.rest[start:]
        return sentences

    def close(self):
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
