"""The history: messages as cards, calls tied to their results, and what the API says.

The user is on the left, the assistant on the right. A line leads from each call to its
result; a call without one ends in a cross. Below stands a seal: the API would take these
messages, or its own words on why not, and then the card that it means is marked.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.svg import look, snapshot

__all__ = ["HistoryView", "view"]

Block = Mapping[str, Any]
Message = Mapping[str, Any]

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

WHERE = re.compile(r"messages\.(\d+)(?:\.content\.(\d+))?")


@dataclass(frozen=True)
class HistoryView:
    """A picture of a conversation and the same in words.

    Attributes:
        svg: the picture.
        words: its text alternative, a line for each block.
    """

    svg: str
    words: str

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"image/svg+xml": snapshot.image(self.svg), "text/plain": self.words}


def view(messages: Sequence[Message], refusal: str = "") -> HistoryView:
    """Return a conversation as cards.

    Args:
        messages: as a request has them.
        refusal: what the API says against them; empty if it takes them.
    """
    said = refusal or _accepted(messages)
    words = "\n".join([*_text_alternative(messages, refusal), f"{'✕' if refusal else '✓'} {said}"])
    drawing = _Drawing(messages, refusal)
    parts, height = drawing.parts(said)
    # The font is named once, not in each of many short texts.
    font = f' font-family="{look.UI_FONT}"'
    group = [f"<g{font}>", *(part.replace(font, "") for part in parts), "</g>"]
    return HistoryView(snapshot.picture(height, "History", words, group), words)


def _accepted(messages: Sequence[Message]) -> str:
    if messages and messages[-1].get("role") == "assistant":
        return "The API would accept this, with what the user says next."
    return "The API would accept this."


# What there is to show of a block


def blocks_of(message: Message) -> list[Block]:
    """Return a message's blocks; text alone is one, and what is no block names itself."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    found = content if isinstance(content, list) else []
    return [block if isinstance(block, Mapping) else {"type": repr(block)} for block in found]


def _short_id(block: Block) -> str:
    return "…" + str(block.get("id") or block.get("tool_use_id") or "")[-4:]


def _result_text(block: Block) -> str:
    content = block.get("content", "")
    if isinstance(content, str):
        return content or "(nothing)"
    parts = blocks_of({"content": content})
    return " ".join(str(part.get("text", f"[{part.get('type')}]")) for part in parts) or "(nothing)"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)


@dataclass(frozen=True)
class _Shown:
    """A block as it is shown: a heading, a text, and how both look."""

    heading: str
    text: str
    ink: str
    bar: str
    code: bool = False


def _shown(block: Block) -> _Shown:
    match block:
        case {"type": "text", "text": text}:
            return _Shown("", str(text) or "(empty)", look.INK_1, look.TEXT)
        case {"type": "tool_use", "name": name, "input": given}:
            heading = f"tool_use {name} {_short_id(block)}"
            written = _json(given)
            return _Shown(heading, written, look.ON_TOOL, look.TOOL, code=True)
        case {"type": "tool_result"}:
            failed = block.get("is_error") is True
            heading = f"{'✕' if failed else '✓'} tool_result {_short_id(block)}"
            heading += " is_error" if failed else ""
            ink, bar = (look.ON_FAILED, look.FAILED) if failed else (look.ON_DONE, look.DONE)
            return _Shown(heading, _result_text(block), ink, bar)
        case {"type": "thinking", "thinking": thought}:
            heading = "thinking" + (", signed" if block.get("signature") else ", not signed")
            return _Shown(heading, str(thought) or "(omitted)", look.ON_THINKING, look.THINKING)
        case _:
            rest = {name: value for name, value in block.items() if name != "type"}
            written = _json(rest)
            return _Shown(str(block.get("type")), written, look.INK_2, look.INK_2, code=True)


# In words


def _text_alternative(messages: Sequence[Message], refusal: str) -> list[str]:
    count = len(messages)
    rows = [f"History: {count} message{'' if count == 1 else 's'}"]
    at_fault, block_at_fault = _fault(refusal)
    for place, message in enumerate(messages):
        who = f"{place} {message.get('role')}"
        for number, block in enumerate(blocks_of(message)):
            shown = _shown(block)
            text = " ".join(f"{shown.heading}: {shown.text}".lstrip(": ").split())
            text = text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - 1] + "…"
            faulty = (place, number) == (at_fault, block_at_fault or 0)
            rows.append(f"{'✕' if faulty else ' '} {who:12} {text}")
            who = ""
    return rows


def _fault(refusal: str) -> tuple[int | None, int | None]:
    """Return the message that a refusal names, and its block, if it does."""
    found = WHERE.search(refusal)
    if not found:
        return None, None
    return int(found[1]), None if found[2] is None else int(found[2])


# The picture


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
        at_fault, block_at_fault = _fault(self.refusal)
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
        shown = _shown(block)
        lines = snapshot.wrapped(shown.text, CODE_COLUMNS if shown.code else COLUMNS)
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][: CODE_COLUMNS - 1] + "…"]
        rows = [(shown.heading, shown.ink, True, False)] if shown.heading else []
        rows += [(line, look.INK_1, False, shown.code) for line in lines]
        height = LINE_HEIGHT * len(rows)
        id = str(block.get("id") or block.get("tool_use_id"))
        if block.get("type") == "tool_use":
            self.calls.setdefault((place, id), y + LINE_HEIGHT / 2)
        elif block.get("type") == "tool_result":
            self.results.setdefault((place, id), y + LINE_HEIGHT / 2)
        dotted = {"stroke_dasharray": "2 3"} if block.get("type") == "thinking" else {}
        middle = x + BAR / 2
        bar = snapshot.line(
            middle, y + 2, middle, y + height - 2, shown.bar, stroke_width=BAR, **dotted
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
        lines = snapshot.wrapped(said, SEAL_COLUMNS) if self.refusal else [said]
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
