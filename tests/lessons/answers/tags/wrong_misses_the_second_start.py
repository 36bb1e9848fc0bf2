# misconception: misses-the-second-start
class TagSplitter:
    """Compares letter by letter, and gives up at the first that differs."""

    def __init__(self):
        self.inside = False
        self.held = ""

    def feed(self, text):
        pieces = []
        for sign in text:
            tag = "</thinking>" if self.inside else "<thinking>"
            kind = "thinking" if self.inside else "text"
            self.held += sign
            if self.held == tag:
                self.inside, self.held = not self.inside, ""
            elif not tag.startswith(self.held):
                pieces.append((kind, self.held))
                self.held = ""
        return pieces

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
