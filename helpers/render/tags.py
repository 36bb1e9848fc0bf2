"""Thinking in tags: some models write <thinking>…</thinking> into their text.

    splitter = TagSplitter()
    splitter.feed("<think")           # []: it may become the tag
    splitter.feed("ing>Is 7 odd?</")  # [("thinking", "Is 7 odd?")]
    splitter.feed("thinking>Yes.")    # [("text", "Yes.")]

Thinking of this API comes as blocks of its own and needs none of this. It is for models
that don't, and for prompts that ask for tags.
"""

from typing import Literal

__all__ = ["Piece", "TagSplitter"]

Piece = tuple[Literal["thinking", "text"], str]


class TagSplitter:
    """Tells text from what stands between two tags, whatever way the stream is cut.

    Only what may still become the awaited tag is held back: at most its length less one.
    A closing tag without its opening one is text, and an opening tag within the thinking
    is thinking. Thinking that never closes is thinking to the end.

    Args:
        tag: the tag's name, as the model writes it.
    """

    def __init__(self, tag: str = "thinking") -> None:
        self._tags: dict[str, str] = {"text": f"<{tag}>", "thinking": f"</{tag}>"}
        self._inside = False
        self._held = ""  # the beginning of a tag, or of what only looks like one

    @property
    def kind(self) -> Literal["thinking", "text"]:
        """What the next characters are, as far as one can say now."""
        return "thinking" if self._inside else "text"

    def feed(self, text: str) -> list[Piece]:
        """Take the next piece of the stream; return what is certain, in order."""
        pieces: list[Piece] = []
        text, self._held = self._held + text, ""
        at = 0
        while (end := text.find(self._tags[self.kind], at)) >= 0:
            self._add(pieces, text[at:end])
            at = end + len(self._tags[self.kind])
            self._inside = not self._inside
        rest = len(text) - _overlap(text, self._tags[self.kind], at)
        self._add(pieces, text[at:rest])
        self._held = text[rest:]
        return pieces

    def close(self) -> list[Piece]:
        """The stream has ended: return what was held back; it was no tag."""
        pieces: list[Piece] = []
        self._add(pieces, self._held)
        self._held = ""
        return pieces

    def _add(self, pieces: list[Piece], text: str) -> None:
        if text:
            pieces.append((self.kind, text))


def _overlap(text: str, tag: str, at: int) -> int:
    """Return how many characters at the end of a text, from `at` on, may begin the tag."""
    for length in range(min(len(tag) - 1, len(text) - at), 0, -1):
        if text.endswith(tag[:length]):
            return length
    return 0
