# looks like: text held back at every <, also where no tag can come of it: after this one stands a
#   space
# try next: Hold an end of the text only if the tag begins with it.
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
        at = text.rfind("<")
        length = len(text) - at if at >= 0 and len(text) - at < 11 else 0
        self.held = text[len(text) - length :]
        pieces.append((kind, text[: len(text) - length]))
        return [piece for piece in pieces if piece[1]]

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
