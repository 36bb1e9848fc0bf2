"""A recorded session as one SVG file that moves: no script, no font or image from elsewhere.

Each row of the screen stands in the file once for each text that it held, and is visible for
as long as it held it. Where nothing moves (on paper, or for a reader who has asked for less
motion), the last screen is seen.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

import pyte

from helpers.submission.recording import CannotRecord, Cast

__all__ = ["COLOURS", "Row", "Run", "animated_svg", "last_screen", "still_svg"]

FRAME_SECONDS = 1 / 30  # what comes closer together is one picture
HOLD_SECONDS = 3.0  # the last screen, before it starts again
CELL, LINE, MARGIN, BAR = 7.8, 18.0, 14.0, 30.0  # pixels
LETTERS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
COLOURS = {  # safe for colour blindness, legible on the ground
    "red": "#ff9b6b",
    "green": "#3ecf9b",
    "brown": "#f0c04a",
    "blue": "#6cb8ff",
    "magenta": "#e39ac4",
    "cyan": "#7fd4e8",
}
SEQUENCE = re.compile("(?=[\x1b\x9b])")  # where a control sequence begins
MOST = 8_000_000  # characters of the picture; what a submission's file may have
GROUND, TEXT, QUIET = "#1b1f24", "#e6e9ec", "#9aa4ae"


class Run(NamedTuple):
    """Some letters of a row in one style."""

    column: int
    text: str
    colour: str
    bold: bool


Row = tuple[Run, ...]
TAG = 30  # characters around a run, at least


class RowSpan(NamedTuple):
    """What a row of the screen held, and when (seconds)."""

    row: int
    runs: Row
    since: float
    until: float


def animated_svg(cast: Cast) -> str:
    """Return the session as an SVG file.

    Raises:
        CannotRecord: the picture would be larger than a file of a submission may be.
    """
    shown = list(_history(cast))
    total = cast.seconds + HOLD_SECONDS
    used = max((one.row for one in shown if one.runs), default=0) + 1
    width = cast.columns * CELL + 2 * MARGIN
    height = BAR + used * LINE + 2 * MARGIN
    styles, texts = [], []
    for number, one in enumerate(shown):
        if not one.runs:
            continue
        is_last = one.until > cast.seconds
        texts.append(_text(f"r{number}", one, is_last))
        if one.since > 0 or not is_last:
            styles.append(_animation(f"r{number}", one, is_last, total))
    title = escape(f"$ {cast.command}"[: cast.columns])
    style = (
        f"text {{ font: 13px {LETTERS}; white-space: pre; fill: {TEXT}; }}\n"
        ".past { opacity: 0; }\n"
        f"@media (prefers-reduced-motion: no-preference) {{\n{''.join(styles)}}}"
    )
    return _drawing(width, height, title, escape(_printable(cast.said)), style, texts)


class _Terminal:
    """The screen of a recording, which takes whatever was written."""

    def __init__(self, cast: Cast) -> None:
        self.screen = pyte.Screen(cast.columns, cast.rows)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        """Draw a text; a control sequence that no terminal knows is left out."""
        for piece in SEQUENCE.split(text):
            try:
                self._stream.feed(piece)
            except Exception:  # pyte fails at some, such as one with a superscript digit
                self._stream = pyte.Stream(self.screen)


def last_screen(cast: Cast, columns: int, rows: int) -> tuple[Row, ...]:
    """Return what the session's last screen holds, no more than so many columns and rows of it."""
    terminal = _Terminal(cast)
    for _, text in cast.events:
        terminal.feed(text)
    found = [_row(terminal.screen, row) for row in range(cast.rows)]
    used = max((row for row, runs in enumerate(found) if runs), default=-1) + 1
    return tuple(
        tuple(
            run._replace(text=run.text[: columns - run.column])
            for run in runs
            if run.column < columns
        )
        for runs in found[max(0, used - rows) : used]
    )


def still_svg(screen: Sequence[Row], title: str, columns: int, rows: int) -> str:
    """Return a screen as an SVG file; each has the same size, however full it is.

    Args:
        screen: what stands in each row, from the top.
        title: what stands above it.
        columns, rows: the size of the picture.
    """
    width, height = columns * CELL + 2 * MARGIN, BAR + rows * LINE + 2 * MARGIN
    shown = [RowSpan(row, runs, 0.0, 0.0) for row, runs in enumerate(screen[:rows]) if runs]
    texts = [_text(f"r{one.row}", one, True) for one in shown]
    style = f"text {{ font: 13px {LETTERS}; white-space: pre; fill: {TEXT}; }}"
    return _drawing(width, height, escape(_printable(title)[:columns]), "", style, texts)


def _drawing(
    width: float, height: float, title: str, description: str, style: str, texts: list[str]
) -> str:
    """Return the window of a terminal, with rows in it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img">\n'
        f"<title>{title}</title>\n<desc>{description}</desc>\n"
        f"<style>\n{style}\n</style>\n"
        f'<rect width="100%" height="100%" rx="6" fill="{GROUND}"/>\n'
        f'<text x="{MARGIN}" y="{BAR - 10}" style="fill: {QUIET}">{title}</text>\n'
        f'<path d="M0 {BAR}H{width:.0f}" stroke="#3a424b"/>\n' + "".join(texts) + "</svg>\n"
    )


def _printable(text: str) -> str:
    """Return a text without what XML can't hold."""
    return "".join(c for c in text if c == "\n" or c.isprintable())


def _history(cast: Cast) -> Iterator[RowSpan]:
    """Yield what each row held, and when."""
    terminal = _Terminal(cast)
    screen = terminal.screen
    since: dict[int, tuple[float, Row]] = dict.fromkeys(range(cast.rows), (0.0, ()))
    drawn, size = -FRAME_SECONDS, 0
    for number, (at, text) in enumerate(cast.events):
        terminal.feed(text)
        following = cast.events[number + 1][0] if number + 1 < len(cast.events) else None
        if following is not None and following - drawn < FRAME_SECONDS:
            continue
        drawn = at
        changed = sorted(row for row in screen.dirty if row < cast.rows)
        screen.dirty.clear()
        for row in changed:
            began, before = since[row]
            now = _row(screen, row)
            if now != before:
                yield RowSpan(row, before, began, at)
                since[row] = (at, now)
                size += sum(len(run.text) + TAG for run in now)
        if size > MOST:
            raise CannotRecord("A recording that fills so many pictures can't be drawn.")
    for row, (began, runs) in since.items():
        yield RowSpan(row, runs, began, cast.seconds + HOLD_SECONDS)


def _row(screen: pyte.Screen, row: int) -> Row:
    """Return a row of the screen as runs of one style."""
    cells = screen.buffer[row]
    last = screen.columns - 1
    while last >= 0 and not cells[last].data.strip():
        last -= 1
    runs: list[Run] = []
    start, text, style = 0, "", ("", False)
    for column in range(last + 1):
        cell = cells[column]
        if not cell.data:  # the second half of a wide character
            continue
        colour = COLOURS.get(cell.fg.removeprefix("bright"), "")
        # What is not one column wide starts a run of its own, so that nothing drifts.
        if (colour, cell.bold) == style and start + len(text) == column:
            text += cell.data
            continue
        runs.append(Run(start, text, *style))
        start, text, style = column, cell.data, (colour, cell.bold)
    runs.append(Run(start, text, *style))
    return tuple(run for run in runs if run.text.strip())


def _text(id: str, one: RowSpan, is_last: bool) -> str:
    y = BAR + MARGIN + (one.row + 0.7) * LINE
    spans = []
    for run in one.runs:
        style = (f' fill="{run.colour}"' if run.colour else "") + (
            ' font-weight="600"' if run.bold else ""
        )
        x = MARGIN + run.column * CELL
        spans.append(f'<tspan x="{x:.1f}"{style}>{escape(_printable(run.text))}</tspan>')
    kind = "" if is_last else ' class="past"'
    return f'<text id="{id}"{kind} y="{y:.1f}">{"".join(spans)}</text>\n'


def _animation(id: str, one: RowSpan, is_last: bool, total: float) -> str:
    """Return the style that shows a row from one moment to another, again and again."""
    begin, end = 100 * one.since / total, 100 * one.until / total
    frames = [(0.0, 0 if begin > 0 else 1), (begin, 1)]
    if not is_last:
        frames.append((end, 0))
    steps = "".join(f"{at:.3f}% {{ opacity: {opacity}; }} " for at, opacity in dict(frames).items())
    return (
        f"@keyframes k{id} {{ {steps}}}\n"
        f"#{id} {{ animation: k{id} {total:.2f}s step-end infinite; }}\n"
    )
