"""The history as a picture: messages as cards, calls tied to their results, and a seal.

The user is on the left, the assistant on the right. A line leads from each call to its
result; a call without one ends in a cross. Below stands a seal: the API would take these
messages, or its own words on why not, and then the card that it means is marked.
"""

from collections.abc import Sequence

from helpers.svg import look, snapshot
from helpers.widgets.history.model import Block, Message, blocks_of, fault_of, seal_of, words_of

__all__ = ["TITLE", "draw", "tell"]

TITLE = "History"
# Two columns of cards, in pixels, and the gutter between them where the lines are.
LEFT, RIGHT, CARD = 16.0, 370.0, 314.0
TOP = 16.0
PAD, BAR = 12.0, 3.0
LINE_HEIGHT = 18.0
LABEL = 18.0  # above a card: its place, as the API's messages name it
BETWEEN, BETWEEN_BLOCKS = 14.0, 8.0
SMALL = 12.0
COLUMNS, CODE_COLUMNS, SEAL_COLUMNS = 43, 37, 82
MOST_LINES = 4

TEXT_CHARS = 96

# Of words, and of the bar beside them.
COLOURS = {
    "text": (look.INK_1, look.TEXT),
    "tool": (look.ON_TOOL, look.TOOL),
    "done": (look.ON_DONE, look.DONE),
    "failed": (look.ON_FAILED, look.FAILED),
    "thinking": (look.ON_THINKING, look.THINKING),
    "other": (look.INK_2, look.INK_2),
}


def draw(messages: Sequence[Message], refusal: str) -> str:
    """Return a conversation as SVG.

    Args:
        messages: as a request has them.
        refusal: what the API says against them; empty if it takes them.
    """
    parts, height = _Drawing(messages, refusal).parts(seal_of(messages, refusal))
    # The font is named once, not in each of many short texts.
    font = f' font-family="{look.UI_FONT}"'
    group = [f"<g{font}>", *(part.replace(font, "") for part in parts), "</g>"]
    return snapshot.picture(height, TITLE, tell(messages, refusal), group)


def tell(messages: Sequence[Message], refusal: str) -> str:
    """Return a conversation in words: a line for each block, and what the API says."""
    count = len(messages)
    rows = [f"History: {count} message{'' if count == 1 else 's'}"]
    at_fault, block_at_fault = fault_of(refusal)
    for place, message in enumerate(messages):
        who = f"{place} {message.get('role')}"
        for number, block in enumerate(blocks_of(message)):
            one = words_of(block)
            text = " ".join(f"{one.heading}: {one.text}".lstrip(": ").split())
            text = text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - 1] + "…"
            faulty = (place, number) == (at_fault, block_at_fault or 0)
            rows.append(f"{'✕' if faulty else ' '} {who:12} {text}")
            who = ""
    return "\n".join([*rows, f"{'✕' if refusal else '✓'} {seal_of(messages, refusal)}"])


class _Drawing:
    """Cards one below the other, and the places where lines start and end."""

    def __init__(self, messages: Sequence[Message], refusal: str) -> None:
        self.messages = messages
        self.refusal = refusal
        self.calls: dict[tuple[int, str], float] = {}  # (message, id) -> y of its heading
        self.results: dict[tuple[int, str], float] = {}

    def parts(self, said: str) -> tuple[list[str], float]:
        """Return all of the picture, and its height."""
        parts: list[str] = []
        y = TOP
        for place, message in enumerate(self.messages):
            card, y = self.card(place, message, y)
            parts += card
            y += BETWEEN
        seal, y = self.seal(said, y)
        return [*parts, *self.ties(), *seal], y

    def card(self, place: int, message: Message, y: float) -> tuple[list[str], float]:
        """Draw a message from y on; return its parts and where it ends."""
        x = RIGHT if message.get("role") == "assistant" else LEFT
        at_fault, block_at_fault = fault_of(self.refusal)
        faulty = place == at_fault
        name = f"{'✕ ' if faulty else ''}messages.{place} · {message.get('role')}"
        label = snapshot.text(
            x, y + 12, name, fill=look.ON_FAILED if faulty else look.INK_2, size=SMALL, bold=faulty
        )
        top = y = y + LABEL
        inner: list[str] = []
        y += PAD - BETWEEN_BLOCKS
        for number, block in enumerate(blocks_of(message)):
            y += BETWEEN_BLOCKS
            begun = y
            rows, y = self.block(place, block, x + PAD, y)
            if faulty and number == block_at_fault:
                inner.append(
                    snapshot.rect(
                        x + 5, begun - 4, CARD - 10, y - begun + 6,
                        stroke=look.FAILED, rx=4, stroke_dasharray="4 3",
                    )
                )  # fmt: skip
            inner += rows
        if not blocks_of(message):
            inner.append(snapshot.text(x + PAD, y + 20, "(empty)", fill=look.INK_2))
            y += LINE_HEIGHT + BETWEEN_BLOCKS
        y += PAD
        stroke, width = (look.FAILED, 2) if faulty else (look.LINE, 1)
        ground = look.GROUND if x == RIGHT else look.GROUND_2
        frame = snapshot.rect(
            x, top, CARD, y - top, ground, stroke=stroke, stroke_width=width, rx=6
        )
        return [label, frame, *inner], y

    def block(self, place: int, block: Block, x: float, y: float) -> tuple[list[str], float]:
        """Draw a block from y on; return its parts and where it ends."""
        one = words_of(block)
        lines = snapshot.wrap_words(one.text, CODE_COLUMNS if one.code else COLUMNS)
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][: CODE_COLUMNS - 1] + "…"]
        ink, colour = COLOURS[one.meaning]
        rows = [(one.heading, ink, True, False)] if one.heading else []
        rows += [(line, look.INK_1, False, one.code) for line in lines]
        height = LINE_HEIGHT * len(rows)
        id = str(block.get("id") or block.get("tool_use_id"))
        if block.get("type") == "tool_use":
            self.calls.setdefault((place, id), y + LINE_HEIGHT / 2)
        elif block.get("type") == "tool_result":
            self.results.setdefault((place, id), y + LINE_HEIGHT / 2)
        dotted = {"stroke_dasharray": "2 3"} if block.get("type") == "thinking" else {}
        middle = x + BAR / 2
        bar = snapshot.line(
            middle, y + 2, middle, y + height - 2, colour, stroke_width=BAR, **dotted
        )  # fmt: skip
        drawn = [
            snapshot.text(
                x + 12, y + 13 + LINE_HEIGHT * number, words, fill=ink, bold=bold, code=code,
                size=look.CODE_SIZE if code else look.UI_SIZE,
            )
            for number, (words, ink, bold, code) in enumerate(rows)
        ]  # fmt: skip
        return [bar, *drawn], y + height

    def ties(self) -> list[str]:
        """Draw a line from each call to its result in the next message, or a cross."""
        parts: list[str] = []
        edge, end = RIGHT, LEFT + CARD
        middle = (edge + end) / 2
        for (place, id), y in self.calls.items():
            to = self.results.get((place + 1, id))
            if to is None:
                parts += self.loose(edge, y, middle)
                continue
            n = snapshot.number
            curve = f"M{n(edge)} {n(y)}C{n(end)} {n(y)} {n(edge)} {n(to)} {n(end)} {n(to)}"
            parts.append(
                f'<path d="{curve}" fill="none" stroke="{look.ON_TOOL}" stroke-width="1.5"/>'
            )
            parts += [_dot(edge, y), _dot(end, to)]
        for (place, id), y in self.results.items():
            if (place - 1, id) not in self.calls:
                parts += self.loose(end, y, middle)
        return parts

    def loose(self, start: float, y: float, end: float) -> list[str]:
        """Draw a line that leads nowhere."""
        return [
            snapshot.line(
                start, y, end, y, look.ON_FAILED, stroke_width=1.5, stroke_dasharray="3 3"
            ),
            snapshot.text(end, y + 5, "✕", fill=look.ON_FAILED, anchor="middle", bold=True),
        ]  # fmt: skip

    def seal(self, said: str, y: float) -> tuple[list[str], float]:
        """Draw what the API says, below all cards."""
        ink, stroke = (
            (look.ON_FAILED, look.FAILED) if self.refusal else (look.ON_DONE, look.DONE)
        )  # fmt: skip
        lines = snapshot.wrap_words(said, SEAL_COLUMNS) if self.refusal else [said]
        if self.refusal:
            lines = ["400 invalid_request_error", *lines]
        height = LINE_HEIGHT * len(lines) + 14
        width = snapshot.WIDTH - 2 * LEFT
        parts = [snapshot.rect(LEFT, y, width, height, stroke=stroke, stroke_width=1.5, rx=6)]
        parts.append(
            snapshot.text(LEFT + PAD, y + 20, "✕" if self.refusal else "✓", fill=ink, bold=True)
        )
        for number, words in enumerate(lines):
            bold = number == 0
            parts.append(
                snapshot.text(
                    LEFT + PAD + 20, y + 20 + LINE_HEIGHT * number, words,
                    fill=ink if bold else look.INK_1, bold=bold,
                )
            )  # fmt: skip
        return parts, y + height + TOP


def _dot(x: float, y: float) -> str:
    return (
        f'<circle cx="{snapshot.number(x)}" cy="{snapshot.number(y)}" r="3" fill="{look.ON_TOOL}"/>'
    )  # fmt: skip
