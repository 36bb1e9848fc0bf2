# looks like: the beginning of a tag held back, though nobody waits for that one here
# try next: Hold back the beginning of the awaited tag only: the opening one outside.
class TagSplitter:
    def __init__(self):
        self.held, self.kind = "", "text"

    def feed(self, text):
        pairs = []
        for letter in text:
            self.held += letter
            wanted = "<thinking>" if self.kind == "text" else "</thinking>"
            if self.held.endswith(wanted):
                before = self.held.removesuffix(wanted)
                if before:
                    pairs.append((self.kind, before))
                self.kind, self.held = ("thinking" if self.kind == "text" else "text"), ""
            while self.held and not any(
                tag.startswith(self.held) for tag in ("<thinking>", "</thinking>")
            ):
                pairs.append((self.kind, self.held[0]))
                self.held = self.held[1:]
            if self.held == "</thinking>" or self.held == "<thinking>":
                pairs.append((self.kind, self.held))
                self.held = ""
        return pairs

    def close(self):
        return [(self.kind, self.held)] if self.held else []
