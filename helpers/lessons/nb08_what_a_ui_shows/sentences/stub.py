SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    """Pieces of a text in, whole sentences out, each as early as possible."""

    def feed(self, piece):
        """Return the sentences that are finished now, as a list; it may be empty.

        A sentence ends with . ! or ? and the space after it, which belongs to it. The full
        stop of a word in SHORT ends none.
        """
        return [piece]

    def close(self):
        """Return what is left when the text is over, as a list: one sentence, or none."""
        return []
