# looks like: a sentence that ends in “Dr.”
# try next: Look at the last word of what you are about to cut off. Is it in SHORT?
import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    def __init__(self):
        self.rest = ""

    def feed(self, piece):
        self.rest += piece
        sentences, start = [], 0
        for end in re.finditer(r"[.!?]\s", self.rest):
            sentence = self.rest[start : end.end()]
            sentences.append(sentence)
            start = end.end()
        self.rest = self.rest[start:]
        return sentences

    def close(self):
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
