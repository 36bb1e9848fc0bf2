# looks like: a splitter that is done after the first closing tag
# try next: After a closing tag the next opening one is awaited, as at the start.
class TagSplitter:
    def __init__(self):
        self.inside = False
        self.held = ""
        self.done = False

    def feed(self, text):
        text, self.held = self.held + text, ""
        pieces = []
        while True:
            tag = "\0" if self.done else "</thinking>" if self.inside else "<thinking>"
            kind = "thinking" if self.inside else "text"
            before, found, after = text.partition(tag)
            if not found:
                break
            pieces.append((kind, before))
            self.inside = not self.inside
            text = after
            self.done = not self.inside
        length = next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
        self.held = text[len(text) - length :]
        pieces.append((kind, text[: len(text) - length]))
        return [piece for piece in pieces if piece[1]]

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
