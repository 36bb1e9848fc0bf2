# looks like: everything held until the stream ends: right, and nobody streams
# try next: Hold only what may become the tag that you wait for.
import re


class TagSplitter:
    def __init__(self):
        self.text = ""

    def feed(self, text):
        self.text += text
        return []

    def close(self):
        pieces = []
        kind = "text"
        for piece in re.split(r"(</?thinking>)", self.text):
            if piece == ("<thinking>" if kind == "text" else "</thinking>"):
                kind = "thinking" if kind == "text" else "text"
            elif piece:
                pieces.append((kind, piece))
        return pieces
