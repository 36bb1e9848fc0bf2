"""The chaos map as a picture: one cell for each cut, at rest and while it fills.

The live view shows these same pictures and recolours them for a dark theme by their
colours' names in look.py.
"""

from math import floor

from helpers.svg import look, snapshot
from helpers.widgets.chaos.model import CELLS, OUTCOMES, Chaos, counts, rows, sentence, tell

__all__ = ["CELL", "cell_at", "corner_of", "draw"]

LEFT, TOP = 52, 86
PITCH, CELL = 10, 9  # pixels from cell to cell, and of a cell
HEAD = 24  # above an answer's rows
GAP = 8
LABELLED = 4  # one row in so many
LETTER = 8.0
COLUMNS = (16.0, 352.0)

FILLS = {
    "recovered": look.ON_DONE,
    "ended": look.INK_2,
    "kept": look.ON_TEXT,
    "refused": look.TOOL,
    "wrong": look.ON_FAILED,
    "hung": look.ON_THINKING,
}

INK_ON_TOOL = "#000000"  # in either theme: that orange is bright in both


def _ink(outcome: str) -> str:
    return INK_ON_TOOL if FILLS[outcome] == look.TOOL else look.GROUND


def _tops(chaos: Chaos) -> tuple[list[int], int]:
    """Return the y of each row, and of what comes below them."""
    tops, y, answer = [], TOP, -1
    for number, _, _ in rows(chaos):
        if number != answer:
            y, answer = y + HEAD + (GAP if answer >= 0 else 0), number
        tops.append(y)
        y += PITCH
    return tops, y


def corner_of(chaos: Chaos, row: int, column: int) -> tuple[int, int]:
    """Return where a cell is drawn: its left and its top."""
    return LEFT + PITCH * column, _tops(chaos)[0][row]


def cell_at(chaos: Chaos, x: float, y: float) -> tuple[int, int] | None:
    """Return the (row, column) of the cell at a point of the picture."""
    column = floor((x - LEFT) / PITCH)
    for row, (top, (_, _, cells)) in enumerate(zip(_tops(chaos)[0], rows(chaos), strict=True)):
        if top <= y < top + PITCH and 0 <= column < len(cells):
            return row, column
    return None


def draw(chaos: Chaos) -> str:
    """Return the map as SVG."""
    tops, bottom = _tops(chaos)
    parts = [*_legend(chaos)]
    paths: dict[str, list[str]] = {}
    answer = -1
    for index, (top, (number, first, cells)) in enumerate(zip(tops, rows(chaos), strict=True)):
        if number != answer:
            answer, since = number, index
            size = len(chaos.answers[number])
            heading = f"Answer {number + 1}: {size:,} bytes, a cell each {chaos.every}"
            parts.append(snapshot.text(16, top - 8, heading, fill=look.INK, size=12))
        if (index - since) % LABELLED == 0:
            label = f"{first:,}"
            parts.append(
                snapshot.text(
                    LEFT - 6, top + 8.5, label, fill=look.INK_2, size=look.AXIS_SIZE, anchor="end"
                )
            )
        letters: dict[str, list[tuple[float, str]]] = {}
        for column, cut in enumerate(cells):
            x = LEFT + PITCH * column
            if cut is None:
                paths.setdefault("", []).append(f"M{x + 3} {top + 3}h3v3h-3z")
            else:
                shape = f"M{x} {top}h{CELL}v{CELL}h-{CELL}z"
                paths.setdefault(cut.outcome, []).append(shape)
                letter = (x + CELL / 2, OUTCOMES[cut.outcome].letter)
                letters.setdefault(_ink(cut.outcome), []).append(letter)
        for ink, placed in letters.items():  # one element for a row, with a place for each letter
            parts.append(
                f'<text x="{" ".join(f"{x:g}" for x, _ in placed)}" y="{top + 7.5:g}" '
                f'fill="{ink}" font-size="{LETTER:g}" font-weight="600" text-anchor="middle" '
                f'font-family="{look.UI_FONT}">{"".join(letter for _, letter in placed)}</text>'
            )
    below = [
        f'<path d="{"".join(shapes)}" fill="{FILLS.get(outcome, look.LINE)}"/>'
        for outcome, shapes in paths.items()
    ]
    if chaos.problem:
        for line in snapshot.wrap_words(chaos.problem, 96):
            bottom += 20
            parts.append(snapshot.text(16, bottom, line, fill=look.ON_FAILED))
    return snapshot.picture(
        bottom + 14, "Chaos map: " + sentence(chaos), tell(chaos), below + parts
    )


def _legend(chaos: Chaos) -> list[str]:
    """Return the six outcomes, each with its colour, letter and count."""
    found, parts = counts(chaos), []
    for index, (name, outcome) in enumerate(OUTCOMES.items()):
        x, y = COLUMNS[index // 3], 14.0 + 24 * (index % 3)
        parts += [
            snapshot.rect(x, y, 16, 16, FILLS[name], rx=2),
            snapshot.text(
                x + 8, y + 12.5, outcome.letter, fill=_ink(name), bold=True, anchor="middle"
            ),
            snapshot.text(
                x + 62, y + 12.5, f"{found[name]:,}", fill=look.INK, bold=True, anchor="end"
            ),
            snapshot.text(x + 70, y + 12.5, name, fill=look.INK),
            snapshot.text(x + 142, y + 12.5, outcome.meaning, fill=look.INK_2, size=look.AXIS_SIZE),
        ]
    return parts


assert LEFT + PITCH * CELLS <= snapshot.WIDTH
