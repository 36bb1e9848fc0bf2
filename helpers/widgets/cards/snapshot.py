"""Pictures and words of a board of lanes, cards and text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.render.cost import count
from helpers.render.endings import STOPPED
from helpers.render.markdown import MarkdownLines
from helpers.render.run_parts import Block, Note
from helpers.svg import look, snapshot
from helpers.widgets.cards.model import Board, Lane, about_call
from helpers.widgets.transcript.snapshot import seconds

__all__ = ["STATES", "draw", "footer_of", "lane_words", "lines_for", "note_words", "tell"]

COLUMNS = 92
SMALL = 12.0

# What a board's footer says, given the board: tokens and cost.
Footer = Callable[[Board], str]

STATES = {
    "writing": "input arriving",
    "ready": "input complete, waiting",
    "running": "running",
    "done": "✓ done",
    "failed": "✕ failed",
    "cut": "✕ cut off",
    "superseded": "asked again",
}


def plain_lines(text: str) -> list[str]:
    """Return a text in Markdown as lines without its marks."""
    lines = MarkdownLines()
    return ["".join(span.text for span in lines.line(line).spans) for line in text.split("\n")]


def lane_words(lane: Lane) -> str:
    """Return how far an agent is, in a few words."""
    run = lane.run
    tokens = run.tokens
    about = "" if run.counted else "~"  # the API counts when it has finished
    written = about + count(tokens.get("output_tokens", 0), "token") if tokens else ""
    if run.ending is not None:
        word = "stopped" if run.ending == STOPPED else run.ending.label
        word += f" after {run.ended:.1f} s"
    else:
        word = "not asked yet" if lane.state == "waiting" else f"turn {run.turn}"
    return " · ".join(filter(None, [word, written]))


def card_words(about: Mapping[str, Any]) -> str:
    """Return what a card's head says after the tool's name."""
    took = "" if about["seconds"] is None else f" after {seconds(about['seconds'])}"
    return STATES[about["state"]] + took


def write_thinking(block: Block) -> str:
    """Return the one line of folded thinking."""
    took = "" if block.seconds is None else f" for {seconds(block.seconds)}"
    return f"Thought{took}" if block.state != "open" else "Thinking"


def lines_for(lane: Lane, columns: int, least: int, most: int) -> int:
    """Return how many lines of height to reserve for a lane that will look like this.

    Args:
        lane: as it will be.
        columns: characters in a line.
        least: lines at least.
        most: lines at most.
    """
    lines = 0.0
    for item in lane.items:
        match item:
            case Block(kind="text"):
                lines += 0.5 + sum(
                    len(snapshot.wrap_words(line, columns)) for line in plain_lines(item.text)
                )
            case Block(kind="call"):
                about = about_call(item, over=True)
                lines += 4.5 + len(snapshot.wrap_words(about["result"], columns - 6))
                lines += 1 if about["progress"] else 0
            case _:
                lines += 1.5
    return min(max(least, round(lines + 0.5)), most)


# The picture


class _Pen:
    """Draws downwards, row by row."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 26.0

    def rows(
        self, lines: Sequence[str], x: float, fill: str, size: float = 13.0, code: bool = False
    ) -> None:
        for line in lines:
            self.parts.append(snapshot.text(x, self.y, line, fill=fill, size=size, code=code))
            self.y += 18

    def lane(self, lane: Lane, first: bool) -> None:
        if not first:
            self.parts.append(snapshot.line(16, self.y - 12, snapshot.WIDTH - 16, self.y - 12))
            self.y += 8
        name = lane.name or "Agent"
        self.parts.append(snapshot.text(16, self.y, name, fill=look.INK, bold=True))
        words = lane_words(lane)
        self.parts.append(
            snapshot.text(
                snapshot.WIDTH - 16, self.y, words, fill=look.INK_2, size=SMALL, anchor="end"
            )
        )
        self.y += 19
        if lane.task:
            self.rows(snapshot.wrap_words(lane.task, COLUMNS), 16, look.INK_2, SMALL)
        self.y += 4
        for item in lane.items:
            if isinstance(item, Note):
                self.rows(snapshot.wrap_words(note_words(item), COLUMNS), 26, look.ON_FAILED, SMALL)
                self.skip(6)
            elif item.kind == "call":
                self.card(item.name, about_call(item, lane.run.ending is not None))
            else:
                self.words(item)
        if lane.problem:
            self.rows(snapshot.wrap_words(lane.problem, COLUMNS), 26, look.ON_FAILED)
        self.y += 6

    def words(self, item: Block) -> None:
        top = self.y
        match item:
            case Block(kind="text"):
                fill = look.INK_2 if item.state == "superseded" else look.INK
                for line in plain_lines(item.text):
                    self.rows(snapshot.wrap_words(line, COLUMNS), 26, fill) if line else self.skip(
                        8
                    )
                self.parts.append(snapshot.rect(16, top - 12, 3, self.y - top - 3, look.TEXT))
            case _:
                self.rows([write_thinking(item)], 26, look.ON_THINKING)
                self.parts.append(
                    snapshot.line(
                        17.5, top - 12, 17.5, top + 4, look.THINKING,
                        stroke_width=3, stroke_dasharray="3 3",
                    )
                )  # fmt: skip
        self.skip(6)

    def card(self, name: str, about: Mapping[str, Any]) -> None:
        top = self.y
        self.skip(4)
        failed = about["state"] in ("failed", "cut")
        colour, side = look.ON_TOOL, look.TOOL
        if about["state"] == "done":
            colour, side = look.ON_DONE, look.DONE
        elif failed:
            colour, side = look.ON_FAILED, look.FAILED
        width = 7.6 * len(name)
        self.parts.append(snapshot.text(32, self.y, name, code=True, bold=True, fill=look.INK))
        self.parts.append(
            snapshot.text(32 + width + 10, self.y, card_words(about), fill=colour, size=SMALL)
        )
        self.y += 18
        if about["status"] not in ("", name):
            self.rows(snapshot.wrap_words(about["status"], COLUMNS - 4), 32, look.INK_1, SMALL)
        if about["progress"]:
            total = about["total"]
            share = 1.0 if not total else min((about["done"] or 0.0) / total, 1.0)
            self.parts.append(snapshot.rect(32, self.y - 8, 180, 6, look.GROUND_2, rx=3))
            self.parts.append(snapshot.rect(32, self.y - 8, 180 * share, 6, side, rx=3))
            self.rows([about["progress"]], 222, look.INK_2, SMALL)
        result = snapshot.wrap_words(about["result"], COLUMNS - 4) if about["result"] else []
        self.rows(result[:6], 32, look.ON_FAILED if failed else look.INK_1, SMALL)
        height = self.y - top + 3
        self.parts.append(
            snapshot.rect(16.5, top - 11.5, snapshot.WIDTH - 33, height, stroke=look.LINE, rx=6)
            + snapshot.rect(16, top - 12, 6, height + 1, side, rx=3)
        )
        self.skip(15)

    def skip(self, pixels: float) -> None:
        self.y += pixels


def draw(board: Board, footer: str, title: str) -> str:
    """Return a board as an SVG picture, its lanes one below the other.

    Args:
        board: what to draw.
        footer: what it took, in words.
        title: what the picture is called.
    """
    pen = _Pen()
    for number, lane in enumerate(board.lanes):
        pen.lane(lane, number == 0)
    pen.parts.append(snapshot.line(16, pen.y - 10, snapshot.WIDTH - 16, pen.y - 10))
    pen.skip(10)
    pen.rows(snapshot.wrap_words(footer, COLUMNS), 16, look.INK_2, SMALL)
    return snapshot.picture(pen.y - 4, title, tell(board, footer), pen.parts)


# In words


def footer_of(board: Board, words: str) -> str:
    """Return the last line: how the run ended, and what it took."""
    if board.state == "ready":
        return "Press Start"
    word = board.ending.label if board.ending is not None else "running"
    return f"{word} · {words}"


def note_words(note: Note) -> str:
    """Return a note with its sign."""
    return f"{note.sign} {note.words}"


def tell(board: Board, footer: str) -> str:
    """Return a board in words, lane by lane."""
    rows: list[str] = []
    for lane in board.lanes:
        if lane.name:
            rows.append(f"{lane.name} ({lane_words(lane)})")
        if lane.task:
            rows.append(f"Asked: {lane.task}")
        for item in lane.items:
            match item:
                case Note():
                    rows.append(note_words(item))
                case Block(kind="text"):
                    rows += filter(None, plain_lines(item.text))
                case Block(kind="call", name=name):
                    about = about_call(item, lane.run.ending is not None)
                    status = "" if about["status"] in ("", name) else f": {about['status']}"
                    rows.append(f"[{name}, {card_words(about)}{status}]")
                    rows += [f"  {about['result']}"] if about["result"] else []
                case _:
                    rows.append(f"[{write_thinking(item)}]")
        rows += filter(None, [lane.problem])
    return "\n".join([*rows, footer])
