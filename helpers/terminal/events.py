"""What a run of the agent looks like in a terminal: each thing that happens, in words.

    run_agent(...) ──▶ RunState ──▶ show ──▶ Screen

What a run means is worked out in `render.run_state`. Here each part of it that has changed gets
its words, and the screen decides how lines get to the terminal.
"""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from helpers.agent import AgentEvent, MessageStopped, RunFinished, TurnStarted
from helpers.render.endings import STOPPED
from helpers.render.run_parts import Block, Item, Note, ToolRun, duration
from helpers.render.run_state import RunState
from helpers.terminal.screen import Screen

__all__ = ["show"]

SHOWN_OF_INPUT = 60  # characters
SHOWN_OF_RESULT = 160  # characters


async def show(
    events: AsyncGenerator[AgentEvent],
    screen: Screen,
    clock: Callable[[], float] = time.monotonic,
) -> RunState:
    """Show what an agent does until it is done; return what there was to show.

    Args:
        events: of the agent; closed here, also when this is cancelled.
        screen: where to.
        clock: tells seconds.
    """
    front = _FrontEnd(screen, clock)
    try:
        async with aclosing(events):
            async for event in events:
                front.take(event)
    finally:
        front.items(front.run.end(STOPPED, clock()))
        screen.end_text()
        screen.status("waiting", "")
    return front.run


@dataclass
class _FrontEnd:
    """A run on a screen, and what the screen has of it."""

    screen: Screen
    clock: Callable[[], float]
    run: RunState = field(default_factory=RunState)
    sent: dict[int, int] = field(default_factory=dict)  # pieces of a text, by its block's identity
    statuses: dict[int, str] = field(default_factory=dict)  # of blocks, likewise
    over: set[int] = field(default_factory=set)  # blocks whose end was told

    def take(self, event: AgentEvent) -> None:
        """Show an event."""
        changed = self.run.take(event, self.clock())
        if isinstance(event, TurnStarted):
            self.screen.echo_input()  # what came too late to interrupt anything
        self.items(changed)
        if isinstance(event, MessageStopped | RunFinished):
            self.screen.end_text()
        retries = self.run.request is not None and self.run.request.wait > 0
        waits = "Waiting to try again" if retries else "Waiting for the answer"
        self.screen.status("waiting", waits if self.run.waiting else "")
        if isinstance(event, RunFinished):
            self.end()

    def items(self, changed: list[Item]) -> None:
        """Show what has changed."""
        for item in changed:
            if isinstance(item, Note):
                self.screen.end_text()
                self.note(item, changed)
            elif item.kind != "other":
                self.block(item)

    def block(self, block: Block) -> None:
        """Show how far a block has come."""
        if block.kind == "text":
            sent = self.sent.get(id(block), 0)
            self.sent[id(block)] = len(block.pieces)
            self.screen.text("".join(block.pieces[sent:]))
            return
        if id(block) not in self.statuses:
            self.screen.end_text()
        doing = block.run.status or block.name if block.run else block.name
        self.status(block, _doing(block))
        if block.kind == "thinking" and block.state == "done":
            self.screen.note("", f"Thought for {duration(block.seconds or 0)}.")
        run = block.run
        if (
            run is None
            or run.ended is None
            or block.state == "superseded"
            or id(block) in self.over
        ):
            return
        self.over.add(id(block))
        self.screen.note(*_result(doing, run))

    def status(self, block: Block, words: str) -> None:
        """Show what a block does, until it is told again without words."""
        if words != self.statuses.get(id(block)):
            self.statuses[id(block)] = words
            self.screen.status(f"block {id(block)}", words)

    def note(self, note: Note, changed: list[Item]) -> None:
        """Show that a turn is asked for again, or was interrupted."""
        superseded = [
            item for item in changed if isinstance(item, Block) and item.state == "superseded"
        ]
        shown = any(block.kind == "text" and block.pieces for block in superseded)
        again = " The answer begins again." if shown else ""
        self.screen.note(note.sign, note.words + again)
        if note.kind == "interrupted":
            self.screen.echo_input()

    def end(self) -> None:
        """Say why the run has ended, unless it ended as it should."""
        how = self.run.ending
        if how is not None and not how.ok:
            failed = "The answer failed. " if how.reason == "failed" else ""
            more = " --max-turns allows more." if how.reason == "max_turns" else ""
            self.screen.note(how.sign, f"{failed}{how.sentence}{more}")


def _doing(block: Block) -> str:
    """Return what a block does now, in words; nothing when it does nothing any more."""
    run = block.run
    if block.state == "superseded" or (run is not None and run.ended is not None):
        return ""
    if run is not None:
        share = f" ({run.done / run.total:.0%})" if run.done is not None and run.total else ""
        told = f": {run.progress}{share}" if run.progress else ""
        return f"{run.status or block.name}{told}"
    if block.state != "open":
        return ""
    if block.kind == "thinking":
        return "Thinking"
    written = "".join(block.pieces[-SHOWN_OF_INPUT:])[-SHOWN_OF_INPUT:]
    return f"Calling {block.name}" + (f" {written}" if written else "")


def _result(doing: str, run: ToolRun) -> tuple[str, str]:
    """Return a sign, and in words what came of a tool."""
    match run.state:
        case "failed":
            return "✕", f"{doing}: failed. {beginning(run.content)}"
        case "cut":
            return "■", f"{doing}: stopped."
    return "✓", f"{doing}: done, {duration(run.seconds or 0)}"


def beginning(content: str | list[dict[str, Any]]) -> str:
    """Return the first words of a tool's result, in one line."""
    text = content if isinstance(content, str) else str(content)
    words = " ".join(text.split())
    return words if len(words) <= SHOWN_OF_RESULT else words[: SHOWN_OF_RESULT - 1] + "…"
