# looks like: the right sentences, later than they could have come
# try next: Decide as soon as the space after the end is there.
import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    def __init__(self):
        self.rest = ""

    def feed(self, piece):
        self.rest += piece
        sentences, start = [], 0
        for end in re.finditer(r"[.!?]\s(?=\S)", self.rest):
            sentence = self.rest[start : end.end()]
            if sentence.split()[-1] not in SHORT:
                sentences.append(sentence)
                start = end.end()
        self.rest = self.rest[start:]
        return sentences

    def close(self):
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
