"""What a page shows of a run, row by row."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from helpers.agent import AgentEvent
from helpers.render import run_state
from helpers.render.cost import tokens_words
from helpers.render.run_parts import Block

__all__ = ["PAGES", "Row", "fold"]

# The pages, by their addresses, with what each is called on itself.
PAGES = {
    "eventsource": "EventSource",
    "fetch": "fetch",
    "websocket": "WebSocket",
    "react": "React",
}


@dataclass(frozen=True)
class Row:
    """One thing that the page shows.

    Attributes:
        kind: text, thinking, tool, note (how it ended, if not well), or end.
        words: what it says; of a tool, its name and input.
        result: of a tool.
        seconds: how long it took; of a text, 0.
        failed: whether a tool failed.
    """

    kind: str
    words: str
    result: str = ""
    seconds: float = 0.0
    failed: bool = False


def fold(pairs: Iterable[tuple[float, AgentEvent]]) -> list[Row]:
    """Return what a page shows in the end of a run, from top to bottom.

    Args:
        pairs: seconds since the start, and event, such as `course.simulate` returns.
    """
    state = run_state.fold(pairs)
    rows = [_row(block) for block in state.blocks if block.state != "superseded"]
    if state.ending is not None:
        rows += [
            Row("note", state.ending.note),
            Row("end", f"{tokens_words(state.tokens, state.counted)} · {state.ended:.1f} s"),
        ]
    return [row for row in rows if row.words]


def _row(block: Block) -> Row:
    """Return what a page shows of a block: nothing of a call that has no result."""
    if block.kind in ("text", "thinking"):
        seconds = block.seconds or 0.0 if block.kind == "thinking" else 0.0
        return Row(block.kind, block.text, seconds=seconds)
    run = block.run
    if run is None or run.seconds is None:
        return Row("tool", "")
    result = run.content if isinstance(run.content, str) else json.dumps(run.content)
    words = f"{block.name}  {block.text or '{}'}"
    return Row("tool", words, result, run.seconds, run.state == "failed")
