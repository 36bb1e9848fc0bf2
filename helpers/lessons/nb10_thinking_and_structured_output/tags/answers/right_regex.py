import re

TAGS = {
    "text": re.compile(r"<thinking>|(<(t(h(i(n(k(i(ng?)?)?)?)?)?)?)?)$"),
    "thinking": re.compile(r"</thinking>|(<(/(t(h(i(n(k(i(ng?)?)?)?)?)?)?)?)?)$"),
}


class TagSplitter:
    def __init__(self):
        self.kind = "text"
        self.rest = ""

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        pieces = []
        while found := TAGS[self.kind].search(text):
            pieces.append((self.kind, text[: found.start()]))
            if not found[0].endswith(">"):
                self.rest, text = found[0], ""
                break
            text = text[found.end() :]
            self.kind = "text" if self.kind == "thinking" else "thinking"
        pieces.append((self.kind, text))
        return [piece for piece in pieces if piece[1]]

    def close(self):
        return [(self.kind, self.rest)] if self.rest else []
