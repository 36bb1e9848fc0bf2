"""Pictures and words of a board of lanes, cards and text."""

from collections.abc import Callable, Sequence

from helpers.render.cost import count
from helpers.render.endings import STOPPED
from helpers.render.markdown import MarkdownLines
from helpers.svg import look, still
from helpers.widgets.cards_model import Board, Card, Item, Lane, Note, Words
from helpers.widgets.transcript import seconds

__all__ = ["STATES", "draw", "footer_of", "lane_words", "lines_for", "tell"]

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
    "void": "asked again",
}


def plain_lines(text: str) -> list[str]:
    """Return a text in Markdown as lines without its marks."""
    lines = MarkdownLines()
    return ["".join(span.text for span in lines.line(line).spans) for line in text.split("\n")]


def lane_words(lane: Lane) -> str:
    """Return how far an agent is, in a few words."""
    tokens = lane.tokens
    about = "~" if lane.deltas else ""  # the API counts when it has finished
    written = about + count(tokens.get("output_tokens", 0), "token") if tokens else ""
    after = "" if lane.ended is None else f" after {lane.ended:.1f} s"
    if lane.ending is not None:
        word = ("stopped" if lane.ending == STOPPED else lane.ending.label) + after
    else:
        word = "not asked yet" if lane.state == "waiting" else f"turn {lane.turn}"
    return " · ".join(filter(None, [word, written]))


def card_words(card: Card) -> str:
    """Return what a card's head says after the tool's name."""
    took = "" if card.seconds is None else f" after {seconds(card.seconds)}"
    return STATES[card.state] + took


def thought_words(words: Words) -> str:
    """Return the one line of folded thinking."""
    took = "" if words.seconds is None else f" for {seconds(words.seconds)}"
    return f"Thought{took}" if words.state != "open" else "Thinking"


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
            case Words(kind="text"):
                lines += 0.5 + sum(
                    len(still.wrapped(line, columns)) for line in plain_lines(item.text)
                )
            case Card():
                lines += 4.5 + len(still.wrapped(item.result, columns - 6))
                lines += 1 if item.progress else 0
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
            self.parts.append(still.text(x, self.y, line, fill=fill, size=size, code=code))
            self.y += 18

    def lane(self, lane: Lane, first: bool) -> None:
        if not first:
            self.parts.append(still.line(16, self.y - 12, still.WIDTH - 16, self.y - 12))
            self.y += 8
        name = lane.name or "Agent"
        self.parts.append(still.text(16, self.y, name, fill=look.INK, bold=True))
        words = lane_words(lane)
        self.parts.append(
            still.text(still.WIDTH - 16, self.y, words, fill=look.INK_2, size=SMALL, anchor="end")
        )
        self.y += 19
        if lane.task:
            self.rows(still.wrapped(lane.task, COLUMNS), 16, look.INK_2, SMALL)
        self.y += 4
        for item in lane.items:
            self.item(item)
        if problem := problem_line(lane):
            self.rows(still.wrapped(problem, COLUMNS), 26, look.ON_FAILED)
        self.y += 6

    def item(self, item: Item) -> None:
        top = self.y
        match item:
            case Words(kind="text"):
                fill = look.INK_2 if item.state == "void" else look.INK
                for line in plain_lines(item.text):
                    self.rows(still.wrapped(line, COLUMNS), 26, fill) if line else self.skip(8)
                self.parts.append(still.rect(16, top - 12, 3, self.y - top - 3, look.TEXT))
            case Words():
                self.rows([thought_words(item)], 26, look.ON_THINKING)
                self.parts.append(
                    still.line(
                        17.5, top - 12, 17.5, top + 4, look.THINKING,
                        stroke_width=3, stroke_dasharray="3 3",
                    )
                )  # fmt: skip
            case Card():
                self.card(item)
            case Note():
                self.rows(still.wrapped(item.words, COLUMNS), 26, look.ON_FAILED, SMALL)
        self.skip(6)

    def card(self, card: Card) -> None:
        top = self.y
        self.skip(4)
        failed = card.state in ("failed", "cut")
        colour, side = look.ON_TOOL, look.TOOL
        if card.state == "done":
            colour, side = look.ON_DONE, look.DONE
        elif failed:
            colour, side = look.ON_FAILED, look.FAILED
        width = 7.6 * len(card.name)
        self.parts.append(still.text(32, self.y, card.name, code=True, bold=True, fill=look.INK))
        self.parts.append(
            still.text(32 + width + 10, self.y, card_words(card), fill=colour, size=SMALL)
        )
        self.y += 18
        if card.status and card.status != card.name:
            self.rows(still.wrapped(card.status, COLUMNS - 4), 32, look.INK_1, SMALL)
        if card.progress:
            share = 1.0 if not card.total else min((card.done or 0.0) / card.total, 1.0)
            self.parts.append(still.rect(32, self.y - 8, 180, 6, look.GROUND_2, rx=3))
            self.parts.append(still.rect(32, self.y - 8, 180 * share, 6, side, rx=3))
            self.rows([card.progress], 222, look.INK_2, SMALL)
        result = still.wrapped(card.result, COLUMNS - 4) if card.result else []
        self.rows(result[:6], 32, look.ON_FAILED if failed else look.INK_1, SMALL)
        height = self.y - top + 3
        self.parts.append(
            still.rect(16.5, top - 11.5, still.WIDTH - 33, height, stroke=look.LINE, rx=6)
            + still.rect(16, top - 12, 6, height + 1, side, rx=3)
        )
        self.skip(9)

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
    pen.parts.append(still.line(16, pen.y - 10, still.WIDTH - 16, pen.y - 10))
    pen.skip(10)
    pen.rows(still.wrapped(footer, COLUMNS), 16, look.INK_2, SMALL)
    return still.picture(pen.y - 4, title, tell(board, footer), pen.parts)


# In words


def footer_of(board: Board, words: str) -> str:
    """Return the last line: how the run ended, and what it took."""
    if board.state == "ready":
        return "Press Start"
    word = board.ending.label if board.ending is not None else "running"
    return f"{word} · {words}"


def problem_line(part: Board | Lane) -> str:
    """Return what went wrong in a run or a lane, with its sign; empty if nothing did."""
    if part.ending is None or part.ending == STOPPED:  # the footer says so
        return ""
    return part.ending.note


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
                case Words(kind="text"):
                    rows += filter(None, plain_lines(item.text))
                case Words():
                    rows.append(f"[{thought_words(item)}]")
                case Card():
                    status = "" if item.status in ("", item.name) else f": {item.status}"
                    rows.append(f"[{item.name}, {card_words(item)}{status}]")
                    if item.result:
                        rows.append(f"  {item.result}")
                case Note():
                    rows.append(item.words)
        rows += filter(None, [problem_line(lane)])
    return "\n".join([*rows, footer])
