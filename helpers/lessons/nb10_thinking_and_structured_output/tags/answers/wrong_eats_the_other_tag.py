# looks like: both tags taken away on both sides: a closing tag in text, and an opening one in thinking
# try next: Outside, wait for the opening tag only; inside, for the closing one only.
class TagSplitter:
    def __init__(self):
        self.held, self.kind = "", "text"

    def feed(self, text):
        pairs = []
        for letter in text:
            self.held += letter
            if self.held == "<thinking>":
                self.kind, self.held = "thinking", ""
            elif self.held == "</thinking>":
                self.kind, self.held = "text", ""
            while self.held and not any(
                tag.startswith(self.held) for tag in ("<thinking>", "</thinking>")
            ):
                pairs.append((self.kind, self.held[0]))
                self.held = self.held[1:]
        return pairs

    def close(self):
        return [(self.kind, self.held)] if self.held else []
