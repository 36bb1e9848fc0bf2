# looks like: a comparison that begins with the first < and gives up all of it when it fails:
#   within what was given up, the tag began
# try next: Ask which ends of what you hold are beginnings of the tag. There can be several: keep
#   the longest.
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
