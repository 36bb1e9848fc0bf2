"""What the timeline's shapes mean, below its picture; and the hatching that bars share with it."""

from helpers.svg import look, snapshot

__all__ = ["SMALL", "hatch", "legend"]

SMALL = 12.0  # of letters


def legend(y: float, thinks: bool) -> list[str]:
    """Draw what the shapes mean."""
    top = y - 10
    x = 16.0
    parts: list[str] = []
    entries = [
        ("waiting", "waiting"), ("thinking", "thinking"), ("text", "text"),
        ("writing", "tool input arriving"), ("input", "input complete"),
        ("run", "tool running"), ("ideal", "ideal"),
    ]  # fmt: skip
    for kind, words in entries:
        if kind == "thinking" and not thinks:
            continue
        match kind:
            case "waiting":
                shape = snapshot.rect(
                    x + 0.5, top + 0.5, 21, 11, look.GROUND,
                    stroke=look.INK_2, stroke_dasharray="3 3",
                )  # fmt: skip
            case "thinking":
                shape = snapshot.line(
                    x + 4, top + 6, x + 20, top + 6, look.THINKING,
                    stroke_width=7, stroke_linecap="round", stroke_dasharray="0.1 8",
                )  # fmt: skip
            case "text":
                shape = snapshot.rect(x, top, 22, 12, look.TEXT)
            case "writing":
                shape = snapshot.rect(
                    x + 0.5, top + 0.5, 21, 11, look.GROUND, stroke=look.TOOL
                ) + hatch(x, top, 22, 12)
            case "input":
                shape = snapshot.rect(x, top, 22, 12, look.TOOL)
            case "run":
                shape = snapshot.rect(
                    x + 1, top + 1, 20, 10, look.GROUND, stroke=look.TOOL, stroke_width=2
                )
            case _:
                shape = snapshot.line(
                    x + 11, top - 1, x + 11, top + 13, look.ON_DONE, stroke_width=1.5
                )
        parts += [shape, snapshot.text(x + 27, y, words, fill=look.INK_1, size=SMALL)]
        x += 27 + 6.3 * len(words) + 14
    return parts


def hatch(x: float, y: float, width: float, height: float) -> str:
    """Return diagonal strokes that fill a box, and end at its edges."""
    strokes = []
    at = 4.0
    while at < width + height:
        x1, y1 = (at, 0.0) if at <= width else (width, at - width)
        x2, y2 = (at - height, height) if at >= height else (0.0, at)
        numbers = [snapshot.number(value) for value in (x + x1, y + y1, x + x2, y + y2)]
        strokes.append("M{} {}L{} {}".format(*numbers))
        at += 5.0
    return f'<path d="{"".join(strokes)}" stroke="{look.TOOL}" stroke-width="1.5" fill="none"/>'
