# looks like: something else than a list of sentences; a piece may finish none, or two
# try next: Return a list each time, and an empty one where nothing is finished.
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
        return "".join(sentences)

    def close(self):
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
