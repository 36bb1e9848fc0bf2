"""The screen that is alive: finished lines move up, what changes is drawn at the bottom.

    finished lines, styled        in the terminal's own scrollback
    ─────────────────────────
    the line in progress
      Reading notes.txt… 0.3 s    what runs, with its clock
    > _                           the input line, also while an answer runs
    Ctrl-C stops the answer.

Below the line, prompt_toolkit draws again and again. What is above it was printed once and
belongs to the terminal, so it can be scrolled, copied and kept.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import TextArea

from helpers.render.markdown import Line, MarkdownLines
from helpers.render.spans import Span, printable, wrap
from helpers.terminal.screen import Screen

__all__ = ["LiveScreen"]

WIDEST = 100  # columns of text: longer rows are hard to read
SHOWN_OF_DRAFT = 4000  # characters: what could stand on a screen of the line in progress
FRAME_SECONDS = 1 / 30
CLOCK_SECONDS = 0.1  # between two looks at how long something runs

SIGNS = {"✓": "done", "✕": "failed", "↻": "retry", ">": "echo"}

# Colours by name are the terminal's own, which its user has chosen to be readable. What is faint
# is dim and not grey, because some palettes make that grey the ground.
STYLE = Style.from_dict(
    {
        "strong": "bold",
        "emphasis": "italic",
        "heading": "bold underline",
        "code": "ansicyan",
        "link": "underline",
        "quote": "italic",
        "struck": "strike",
        "bullet": "bold",
        "faint": "dim",
        "done": "ansigreen",
        "failed": "ansired",
        "retry": "ansiyellow",
        "echo": "bold",
    }
)


@dataclass
class Status:
    """Something that runs: what it is in words, and since when."""

    words: str
    since: float


class LiveScreen(Screen):
    """Keep the bottom of a terminal alive, with an input line.

    Attributes:
        answer: the one under way, if there is one; then Ctrl-C stops that and nothing more.
        on_line: takes each line that is entered while there is one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.answer: asyncio.Task[Any] | None = None
        self.on_line: Callable[[str], None] = lambda line: None
        self._clock = clock
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()  # entered while idle
        self._markdown = MarkdownLines()
        self._draft: list[str] = []
        self._finished: list[Line] = []  # and not yet above the live region
        self._statuses: dict[str, Status] = {}
        self._about_to_end = False
        self._about_to_print = False
        self._input = TextArea(
            prompt="> ", multiline=False, wrap_lines=False, accept_handler=lambda _: self._enter()
        )
        self._input.buffer.on_text_changed += self._go_on
        self.app: Application[None] = Application(
            layout=Layout(
                HSplit(
                    [
                        Window(FormattedTextControl(self._live), dont_extend_height=True),
                        self._input,
                        Window(FormattedTextControl(self._hint), height=1),
                    ]
                ),
                focused_element=self._input,
            ),
            key_bindings=self._keys(),
            style=STYLE,
            erase_when_done=True,
            min_redraw_interval=FRAME_SECONDS,
            refresh_interval=CLOCK_SECONDS,
        )
        # Terminals that don't tell where the cursor is get along without; no need for a warning.
        self.app.renderer.cpr_not_supported_callback = lambda: None

    async def next_line(self) -> str | None:
        """Wait for a line from the user; None when they want to end."""
        return await self._lines.get()

    def status(self, key: str, words: str) -> None:
        """Show what runs, under a key, until it is told again without words."""
        if not words:
            self._statuses.pop(key, None)
        elif key in self._statuses:
            self._statuses[key].words = words
        else:
            self._statuses[key] = Status(words, self._clock())
        self.app.invalidate()

    # ---- What the base class asks for

    def _add(self, piece: str) -> None:
        *finished, rest = piece.split("\n")
        for end in finished:
            self._draft.append(end)
            self._end_line()
        self._draft.append(rest)
        self.app.invalidate()

    def _end_line(self) -> None:
        line = "".join(self._draft)
        self._draft = []
        if self._in_text or line:
            self._finish(self._markdown.line(line))
        if not self._in_text:
            self._markdown = MarkdownLines()  # a fence that was never closed ends here

    def _blank(self) -> None:
        self._finish(Line(()))

    def _note(self, sign: str, words: str) -> None:
        self._finish(note_line(sign, words))

    def _finish(self, line: Line) -> None:
        """Let a line move up, out of the live region."""
        self._finished.append(line)
        self.app.invalidate()
        if not self._about_to_print:
            self._about_to_print = True
            asyncio.get_running_loop().call_later(FRAME_SECONDS, self.settle)

    def settle(self) -> None:
        """Print what is finished above the live region."""
        self._about_to_print = False
        lines, self._finished = self._finished, []
        if not lines:
            return
        text = FormattedText(to_fragments(row for line in lines for row in self._rows(line)))
        # prompt_toolkit's run_in_terminal would do the same, but it takes the keyboard out of raw
        # mode meanwhile, and then keys get lost.
        with set_app(self.app):
            renderer = self.app.renderer
            renderer.erase()
            print_formatted_text(self.app.output, text, STYLE)
            if self.app.is_running:
                renderer.request_absolute_cursor_position()
                renderer.render(self.app, self.app.layout)

    # ---- The live region

    def _rows(self, line: Line) -> list[list[Span]]:
        """Return a line as rows of this terminal; the terminal itself cuts code."""
        width = min(self.app.output.get_size().columns, WIDEST)
        return [list(line.spans)] if line.verbatim else wrap(line.spans, width, line.indent)

    def _live(self) -> StyleAndTextTuples:
        """Return what stands above the input line."""
        height, width = self.app.output.get_size()
        draft = "".join(self._draft)[-SHOWN_OF_DRAFT:]
        rows = [row for line in self._finished for row in self._rows(line)]
        if draft:
            rows += wrap([Span(draft)], min(width, WIDEST))
        below = [note_line(sign, words) for sign, words in self._held]
        below += [self._running(status) for status in self._statuses.values()]
        if below and (rows or self._last):
            rows.append([])
        rows += [wrap(line.spans, width)[0] for line in below]
        if rows or self._last:
            rows.append([])
        # The input line and the hint need their place, and one row more keeps it calm.
        rows = rows[-max(height - 4, 1) :]
        return to_fragments(rows)[:-1]

    def _running(self, status: Status) -> Line:
        seconds = self._clock() - status.since
        words = printable(status.words).replace("\n", " ")
        return Line((Span(f"  {words}… {seconds:.1f} s", frozenset({"faint"})),))

    def _hint(self) -> StyleAndTextTuples:
        if self._about_to_end:
            hint = "Press Ctrl-C again to end."
        elif self.answer:
            hint = "Ctrl-C stops the answer. Type and press Enter to interrupt it."
        else:
            hint = "Ctrl-D ends."
        return [("class:faint", hint[: self.app.output.get_size().columns - 1])]

    # ---- The keyboard

    def _enter(self) -> bool:
        """Take the line that was entered; return whether it should stay there."""
        line = self._input.text.strip()
        if line and self.answer:
            self.on_line(line)
        elif line:
            self._lines.put_nowait(line)
        return not line

    def _go_on(self, _: object) -> None:
        self._about_to_end = False

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-c")
        @keys.add("<sigint>")
        def _(event: KeyPressEvent) -> None:
            if self.answer:
                self.answer.cancel()
            elif self._input.text:
                self._input.text = ""
            elif self._about_to_end:
                self._lines.put_nowait(None)
            else:
                self._about_to_end = True

        @keys.add("c-d")
        def _(event: KeyPressEvent) -> None:
            if not self._input.text:
                self._lines.put_nowait(None)
                if self.answer:
                    self.answer.cancel()

        return keys


def note_line(sign: str, words: str) -> Line:
    """Return a note as a line: its sign coloured, and more than a colour."""
    if sign == ">":
        return Line((Span(f"> {words}", frozenset({"echo"})),), indent=2)
    if not sign:
        return Line((Span(words, frozenset({"faint"})),))
    mark = frozenset({SIGNS[sign]}) if sign in SIGNS else frozenset[str]()
    return Line((Span(sign, mark), Span(f" {words}")), indent=2)


def to_fragments(rows: Iterable[list[Span]]) -> StyleAndTextTuples:
    """Return rows in the words of prompt_toolkit, each with its end."""
    fragments: StyleAndTextTuples = []
    for row in rows:
        for text, marks, _ in row:
            fragments.append((" ".join(f"class:{mark}" for mark in sorted(marks)), text))
        fragments.append(("", "\n"))
    return fragments
