# looks like: thinking that is given when it is complete: until then the panel is empty, and that
#   can be a minute
# try next: Once the opening tag was seen, what follows is thinking at once.
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
        if self.inside:
            self.held = text
            return [piece for piece in pieces if piece[1]]
        length = next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
        self.held = text[len(text) - length :]
        pieces.append((kind, text[: len(text) - length]))
        return [piece for piece in pieces if piece[1]]

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
