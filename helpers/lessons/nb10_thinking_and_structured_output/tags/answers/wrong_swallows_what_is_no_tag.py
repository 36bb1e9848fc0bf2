# looks like: text that was held back and then forgotten, or thrown away as a tag
# try next: What turns out to be no tag is text: give it, with all that was held.
class TagSplitter:
    """Letter by letter."""

    def __init__(self):
        self.inside = False
        self.held = ""

    def feed(self, text):
        pieces = []
        for sign in text:
            tag = "</thinking>" if self.inside else "<thinking>"
            kind = "thinking" if self.inside else "text"
            if self.held + sign == tag:
                self.inside, self.held = not self.inside, ""
            elif tag.startswith(self.held + sign):
                self.held += sign
            else:
                self.held = ""
                pieces.append((kind, sign))
        return pieces

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
