# looks like: everything between the first opening tag and the last closing one treated as thinking
# try next: The first closing tag ends it.
import re


class TagSplitter:
    def __init__(self):
        self.text = ""

    def feed(self, text):
        self.text += text
        return []

    def close(self):
        match = re.fullmatch(r"(.*?)<thinking>(.*)</thinking>(.*)", self.text, re.DOTALL)
        if not match:
            return [("text", self.text)]
        before, thinking, after = match.groups()
        return [("text", before), ("thinking", thinking), ("text", after)]
