# looks like: all sentences at the end: the listener waits for the whole answer
# try next: Return each sentence from the `feed` that finishes it.
import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    def __init__(self):
        self.rest = ""

    def feed(self, piece):
        self.rest += piece
        return []

    def close(self):
        sentences, start = [], 0
        for end in re.finditer(r"[.!?]\s", self.rest):
            sentence = self.rest[start : end.end()]
            if sentence.split()[-1] not in SHORT:
                sentences.append(sentence)
                start = end.end()
        return sentences + [self.rest[start:]]
