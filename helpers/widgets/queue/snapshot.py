"""Pictures and words of a queue between a fast stream and a slow UI."""

import math
from collections.abc import Sequence

from helpers.svg import look, snapshot
from helpers.widgets.queue.model import POLICIES, Curve, corners, sentence, table

__all__ = ["TITLE", "draw", "span_for", "tell"]

TITLE = "The depth of a bounded queue"

LEFT, RIGHT = 52.0, 676.0
CHART = 52.0  # height of a chart
STRIP = 142.0  # from one chart to the next


def span_for(seconds: float) -> float:
    """Return how many seconds the axis shows, so that a run of this length fits."""
    return float(max(math.ceil(seconds * 1.1), 2))


def draw(curves: Sequence[Curve], *, capacity: int, span: float) -> str:
    """Return the runs as an SVG picture, one above the other on one clock.

    Args:
        curves: the runs.
        capacity: how many events the queue holds.
        span: seconds from the left to the right.
    """
    parts: list[str] = []
    y = 30.0
    for curve in curves:
        parts += _strip(curve, y, capacity, span)
        y += STRIP
    parts += _axis(y - 10, span)
    return snapshot.picture(y + 20, TITLE, tell(curves, capacity=capacity), parts)


def _x(seconds: float, span: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(seconds / span, 1.0)


def _strip(curve: Curve, y: float, capacity: int, span: float) -> list[str]:
    top, base = y + 26, y + 26 + CHART
    parts = [
        snapshot.text(16, y, POLICIES[curve.policy], fill=look.INK, bold=True),
        snapshot.line(LEFT, base, RIGHT, base),
        snapshot.line(LEFT, top, RIGHT, top, look.INK_2, stroke_dasharray="2 4"),
        _label(LEFT - 6, top + 4, str(capacity), anchor="end"),
        _label(LEFT - 6, base + 4, "0", anchor="end"),
    ]
    points = corners(curve.samples)
    if points:
        path = "".join(
            f"L{snapshot.number(_x(at, span))} "
            f"{snapshot.number(base - CHART * min(depth / capacity, 1.0))}"
            for at, depth in points
        )
        first, last = (snapshot.number(_x(at, span)) for at in (points[0][0], points[-1][0]))
        base_at = snapshot.number(base)
        parts.append(f'<path d="M{first} {base_at}{path}L{last} {base_at}Z" fill="{look.TEXT}"/>')
    if curve.state == "done" and curve.written is not None and curve.ended is not None:
        parts += _moments(curve.written, curve.ended, top, base, span)
    parts.append(_label(16, base + 19, "UI"))
    parts.append(snapshot.text(LEFT, base + 19, curve.tail or "–", code=True, fill=look.INK))
    colour = look.ON_FAILED if sentence(curve).startswith("✕") else look.INK_1
    parts.append(snapshot.text(LEFT, base + 38, sentence(curve), fill=colour, size=12.0))
    return parts


def _moments(written: float, ended: float, top: float, base: float, span: float) -> list[str]:
    """Draw when the model was done, when the UI was, and what lies between."""
    model, ui = _x(written, span), _x(ended, span)
    parts = [
        snapshot.line(model, top - 12, model, base, look.INK_2, stroke_dasharray="6 3"),
        snapshot.line(ui, top - 12, ui, base, look.ON_DONE, stroke_width=1.5),
    ]
    if ui - model > 150:
        parts.append(_label(model + 5, top - 5, "model done"))
        parts.append(_label(ui - 5, top - 5, "UI done", look.ON_DONE, "end"))
    else:
        parts.append(_label(ui + 5, top - 5, "model done, UI done", look.ON_DONE))
    return parts


def _label(x: float, y: float, words: str, fill: str = look.INK_2, anchor: str = "start") -> str:
    return snapshot.text(x, y, words, fill=fill, size=look.AXIS_SIZE, anchor=anchor)


def _axis(y: float, span: float) -> list[str]:
    step = next(step for step in (0.5, 1, 2, 5, 10, 20, 60) if span / step <= 8 or step == 60)
    parts = []
    for number in range(int(span / step) + 1):
        x = _x(number * step, span)
        parts.append(snapshot.line(x, y, x, y + 5, look.INK_2))
        words = f"{number * step:g} s"
        parts.append(_label(x, y + 18, words, anchor="middle"))
    return parts


def tell(curves: Sequence[Curve], *, capacity: int) -> str:
    """Return the runs in words: the numbers as a table, and a sentence for each."""
    cells = table(curves)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    rows = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    title = f"A queue of {capacity} events between a fast stream and a slow UI."
    return "\n".join([title, *rows, *(f"{one.policy}: {sentence(one)}" for one in curves)])
