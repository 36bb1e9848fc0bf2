# looks like: a comparison of endings: “stop.” ends like “p.”, and so a sentence is held back until
#   the next one ends
# try next: Compare the whole last word.
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
            if not sentence.rstrip().endswith(SHORT):
                sentences.append(sentence)
                start = end.end()
        self.rest = self.rest[start:]
        return sentences

    def close(self):
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
