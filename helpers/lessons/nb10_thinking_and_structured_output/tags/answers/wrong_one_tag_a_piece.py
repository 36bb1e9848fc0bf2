# looks like: one tag looked for in each piece: the second one in it is never seen
# try next: Search again in what stands after the tag, until nothing is found.
class TagSplitter:
    def __init__(self):
        self.inside = False
        self.held = ""

    def feed(self, text):
        text, self.held = self.held + text, ""
        pieces = []
        if True:
            tag = "</thinking>" if self.inside else "<thinking>"
            kind = "thinking" if self.inside else "text"
            before, found, after = text.partition(tag)
            if found:
                pieces.append((kind, before))
                self.inside = not self.inside
                text = after
                tag = "</thinking>" if self.inside else "<thinking>"
                kind = "thinking" if self.inside else "text"
        length = next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
        self.held = text[len(text) - length :]
        pieces.append((kind, text[: len(text) - length]))
        return [piece for piece in pieces if piece[1]]

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
