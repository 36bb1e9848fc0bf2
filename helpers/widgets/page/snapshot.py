"""The page's snapshot: an answer on it, and the same in words."""

from collections.abc import Iterable

from helpers.svg import look, snapshot
from helpers.widgets.page.model import PAGES, Row

__all__ = ["draw", "tell"]

COLUMNS = 96  # characters in a line of the snapshot


def tell(which: str, prompt: str, rows: Iterable[Row]) -> str:
    """Return the page in words."""
    use = "You can use it while the notebook's kernel runs."
    lines = [f"A page that asks through {PAGES[which]}. {use}", prompt]
    for row in rows:
        match row.kind:
            case "thinking":
                lines.append(f"▸ Thought for {row.seconds:.1f} s")
            case "tool":
                sign = "✕ failed" if row.failed else "✓"
                lines += [f"{sign} {row.words}  {row.seconds:.1f} s", f"  {row.result}"]
            case _:
                lines.append(row.words.strip())
    return "\n".join(lines)


def draw(which: str, prompt: str, rows: list[Row]) -> str:
    """Return the picture of the page, as SVG."""
    left, width = 16.0, snapshot.WIDTH - 32.0
    parts = [snapshot.text(left, 26, "Agent", bold=True, fill=look.INK)]
    x = left + 64
    for name, words in PAGES.items():
        chosen = name == which
        parts.append(
            snapshot.text(x, 26, words, bold=chosen, fill=look.ON_TEXT if chosen else look.INK_2)
        )
        x += 8.2 * len(words) + 20
    parts.append(snapshot.line(0.5, 40, snapshot.WIDTH - 0.5, 40))
    y = 52.0
    asked = 7.0 * len(prompt) + 24
    parts += [
        snapshot.rect(snapshot.WIDTH - 16 - asked, y, asked, 28, look.GROUND_2, rx=6),
        snapshot.text(snapshot.WIDTH - 28, y + 19, prompt, fill=look.INK, anchor="end"),
    ]
    y += 52
    for row in rows:
        match row.kind:
            case "thinking":
                words = f"▸ Thought for {row.seconds:.1f} s"
                parts.append(snapshot.text(left, y, words, fill=look.ON_THINKING))
                y += 26
            case "tool":
                colour, sign = (look.FAILED, "✕") if row.failed else (look.DONE, "✓")
                ink = look.ON_FAILED if row.failed else look.ON_DONE
                lines = snapshot.wrap_words(row.result, COLUMNS - 8)
                tall = 34 + 19 * len(lines)
                parts += [
                    snapshot.rect(left, y - 16, width, tall, look.GROUND, stroke=look.LINE, rx=6),
                    snapshot.rect(left, y - 16, 3, tall, colour),
                    snapshot.text(left + 14, y + 5, sign, fill=ink, bold=True),
                    snapshot.text(left + 32, y + 5, row.words, code=True, size=look.CODE_SIZE),
                    snapshot.text(
                        left + width - 12,
                        y + 5,
                        f"{row.seconds:.1f} s",
                        fill=look.INK_2,
                        anchor="end",
                    ),
                ]
                for number, line in enumerate(lines):
                    parts.append(snapshot.text(left + 32, y + 25 + 19 * number, line))
                y += tall + 12
            case "end":
                parts.append(
                    snapshot.text(left, y, row.words, fill=look.INK_2, size=look.AXIS_SIZE)
                )
                y += 22
            case _:
                for line in snapshot.wrap_words(row.words.strip(), COLUMNS):
                    parts.append(snapshot.text(left, y, line, fill=look.INK))
                    y += 20
                y += 8
    parts += [
        snapshot.rect(left, y, width, 34, look.GROUND, stroke=look.LINE, rx=6),
        snapshot.text(left + 12, y + 22, "Ask something", fill=look.INK_2),
        snapshot.text(
            left + width - 12, y + 22, "Send", fill=look.ON_TEXT, bold=True, anchor="end"
        ),
    ]
    title = f"Page: {PAGES[which]}"
    return snapshot.picture(y + 50, title, tell(which, prompt, rows), parts)
