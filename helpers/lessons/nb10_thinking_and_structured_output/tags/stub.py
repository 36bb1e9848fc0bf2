class TagSplitter:
    """Separates thinking (between <thinking> and </thinking>) from text.

    Both methods return pairs, in order: ("thinking", "…") and ("text", "…"). The tags
    themselves are in none of them.
    """

    def feed(self, text):
        """Take the next piece of the stream; return what is certain by now."""
        ...

    def close(self):
        """The stream has ended: return what was held back."""
        ...
