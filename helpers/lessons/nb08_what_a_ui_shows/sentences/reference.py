import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    """Takes pieces of text and returns whole sentences, as early as possible."""

    def __init__(self):
        self.rest = ""

    def feed(self, piece):
        """Return the sentences that are finished now."""
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
        """Return what is left when the text is over."""
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
