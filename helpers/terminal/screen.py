"""What the terminal shows of an answer: text, lines that stay, and lines about what runs.

All screens take the same calls. `PlainScreen` writes each thing once, for pipes, files and
terminals that can't do more; `LiveScreen`, next door, draws over what changes.
"""

from typing import TextIO

from helpers.render.spans import printable

__all__ = ["PlainScreen", "Screen"]


class Screen:
    """What both screens have in common: the order of things, and the space between them.

    Attributes:
        typed: what the user has entered while an answer ran, and hasn't been told yet.
    """

    def __init__(self) -> None:
        self.typed: list[str] = []
        self._in_text = False
        self._fresh = True  # whether the text is at the start of a line
        self._empty = ""  # line ends that nothing has followed yet
        self._held: list[tuple[str, str]] = []  # notes that would cut the text in two
        self._last = ""  # what kind of thing stands at the end

    def text(self, piece: str) -> None:
        """Show the next piece of the answer."""
        piece = self._empty + printable(piece)
        if not self._in_text:
            piece = piece.lstrip("\n")
        # Empty lines wait for what follows them, which may be the end.
        bare = piece.rstrip("\n")
        ends = len(piece) - len(bare)
        end = "\n" if ends and (bare or not self._fresh) else ""
        self._empty = "\n" * (ends - len(end))
        if bare or end:
            self._begin("text")
            self._in_text = True
            self._fresh = bool(end)
            self._add(bare + end)

    def end_text(self) -> None:
        """End the text; what was noted meanwhile follows it."""
        if self._in_text:
            self._in_text, self._fresh, self._empty = False, True, ""
            self._end_line()
        held, self._held = self._held, []
        for sign, words in held:
            self.note(sign, words)

    def note(self, sign: str, words: str) -> None:
        """Show a line that stays, led by a sign such as ✓, or by none."""
        if self._in_text:
            self._held.append((sign, words))
            return
        self._begin("echo" if sign == ">" else "note")
        self._note(sign, " ".join(printable(words).split("\n")))

    def status(self, key: str, words: str) -> None:
        """Show what runs, under a key, until it is told again without words."""

    def echo_input(self) -> None:
        """Show what the user has typed, at the place where it takes effect."""
        typed, self.typed = self.typed, []
        for words in typed:
            self.note(">", words)

    def _begin(self, kind: str) -> None:
        """Leave an empty line between things of different kinds."""
        if self._last not in ("", kind):
            self._blank()
        self._last = kind

    def _add(self, piece: str) -> None: ...

    def _end_line(self) -> None: ...

    def _blank(self) -> None: ...

    def _note(self, sign: str, words: str) -> None: ...


class PlainScreen(Screen):
    """Write everything once and in order, without escapes.

    Args:
        out: where to; errors in writing are the caller's to deal with.
    """

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out
        self._open = False  # whether the last line has no end yet

    def _add(self, piece: str) -> None:
        self._write(piece)
        self._open = not piece.endswith("\n")

    def _end_line(self) -> None:
        if self._open:
            self._write("\n")
        self._open = False

    def _blank(self) -> None:
        self._write("\n")

    def _note(self, sign: str, words: str) -> None:
        self._write(f"{sign} {words}\n".lstrip(" "))

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
