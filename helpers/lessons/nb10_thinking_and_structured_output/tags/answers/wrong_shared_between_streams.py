# looks like: what one splitter holds is seen by the next one: it is stored on the class
# try next: Give each splitter its own state in `__init__`.
class TagSplitter:
    inside = False
    held = ""

    def feed(self, text):
        text, TagSplitter.held = TagSplitter.held + text, ""
        pieces = []
        while True:
            tag = "</thinking>" if self.inside else "<thinking>"
            kind = "thinking" if self.inside else "text"
            before, found, after = text.partition(tag)
            if not found:
                break
            pieces.append((kind, before))
            TagSplitter.inside = not self.inside
            text = after
        length = next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
        TagSplitter.held = text[len(text) - length :]
        pieces.append((kind, text[: len(text) - length]))
        return [piece for piece in pieces if piece[1]]

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, TagSplitter.held)] if TagSplitter.held else []
