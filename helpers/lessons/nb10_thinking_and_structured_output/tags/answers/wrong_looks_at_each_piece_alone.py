# looks like: a search for the tag in each piece alone: one that was cut in two is in neither
# try next: Keep what may be the beginning of a tag, and look again when more has come.
class TagSplitter:
    def __init__(self):
        self.inside = False
        self.held = ""

    def feed(self, text):
        text, self.held = self.held + text, ""
        pieces = []
        while True:
            tag = "</thinking>" if self.inside else "<thinking>"
            kind = "thinking" if self.inside else "text"
            before, found, after = text.partition(tag)
            if not found:
                break
            pieces.append((kind, before))
            self.inside = not self.inside
            text = after
        length = 0
        self.held = text[len(text) - length :]
        pieces.append((kind, text[: len(text) - length]))
        return [piece for piece in pieces if piece[1]]

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
