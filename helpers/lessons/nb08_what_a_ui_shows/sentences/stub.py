SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    """Takes pieces of text and returns whole sentences, as early as possible."""

    def feed(self, piece):
        """Return the sentences that are finished now, as a list; it may be empty.

        A sentence ends with . ! or ? and one space. The space belongs to the sentence. The
        full stop of a word in SHORT doesn't end a sentence.
        """
        return [piece]

    def close(self):
        """Return what is left when the text is over, as a list: one sentence, or none."""
        return []
