# looks like: text without its kind: the code that shows it can't tell thinking from the answer
# try next: Return a list of pairs, such as [("text", "Yes.")].
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
        length = next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
        self.held = text[len(text) - length :]
        pieces.append((kind, text[: len(text) - length]))
        return [text for kind, text in pieces if kind == "text"]

    def close(self):
        kind = "thinking" if self.inside else "text"
        return [(kind, self.held)] if self.held else []
