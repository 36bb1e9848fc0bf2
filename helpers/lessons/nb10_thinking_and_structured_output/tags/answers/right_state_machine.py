class TagSplitter:
    """One character at a time."""

    def __init__(self):
        self.inside = False
        self.held = ""

    def feed(self, text):
        pieces = []
        for sign in text:
            self.held += sign
            tag = "</thinking>" if self.inside else "<thinking>"
            if self.held == tag:
                self.inside, self.held = not self.inside, ""
                continue
            while self.held and not tag.startswith(self.held):
                pieces.append((self.kind(), self.held[0]))
                self.held = self.held[1:]
        return pieces

    def kind(self):
        return "thinking" if self.inside else "text"

    def close(self):
        held, self.held = self.held, ""
        return [(self.kind(), held)] if held else []
