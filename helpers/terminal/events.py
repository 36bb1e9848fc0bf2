"""What a run of the agent looks like in a terminal: each event, in words.

    run_agent(...) ──▶ show ──▶ Screen

A face needs nothing but the agent's events. This one remembers a little of each, such as
what a running tool does, and leaves it to the screen how lines get to the terminal.
"""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from helpers.agent import (
    AgentEvent,
    BlockStarted,
    BlockStopped,
    InputDelta,
    Interrupted,
    MessageStopped,
    Retrying,
    RunFinished,
    TextDelta,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnStarted,
)
from helpers.render.endings import ending, sentence
from helpers.terminal.screen import Screen

__all__ = ["sentence", "show"]

SHOWN_OF_INPUT = 60  # characters
SHOWN_OF_RESULT = 160  # characters


async def show(
    events: AsyncGenerator[AgentEvent],
    screen: Screen,
    clock: Callable[[], float] = time.monotonic,
) -> RunFinished | None:
    """Show what an agent does until it is done; return how the run ended.

    Args:
        events: of the agent; closed here, also when this is cancelled.
        screen: where to.
        clock: tells seconds.
    """
    face = _Face(screen, clock)
    finished = None
    try:
        async with aclosing(events):
            async for event in events:
                face.take(event)
                if isinstance(event, RunFinished):
                    finished = event
    finally:
        face.settle()
    return finished


@dataclass
class _Face:
    """What is shown of a run, and what has to be remembered for it."""

    screen: Screen
    clock: Callable[[], float]
    running: dict[str, str] = field(default_factory=dict)  # what each running tool does, by call
    calls: dict[int, str] = field(default_factory=dict)  # each growing call's name, by block
    inputs: dict[int, str] = field(default_factory=dict)  # and the end of its input so far
    thinking: dict[int, float] = field(default_factory=dict)  # when each began, by block
    shown: bool = False  # whether there is text of this turn

    def take(self, event: AgentEvent) -> None:
        """Show an event."""
        screen = self.screen
        if not isinstance(event, TurnStarted):
            screen.status("waiting", "")
        match event:
            case TurnStarted():
                screen.echo_typed()  # what came too late to interrupt anything
                self.shown = False
                screen.status("waiting", "Waiting for the answer")
            case TextDelta(text=text):
                self.shown = True
                screen.text(text)
            case BlockStarted(_, {"type": "text"}):
                pass  # a text with sources comes in several blocks
            case BlockStarted(index, {"type": "thinking" | "redacted_thinking"}):
                screen.end_text()
                self.thinking[index] = self.clock()
                screen.status(f"block {index}", "Thinking")
            case BlockStarted(index, {"type": "tool_use" | "server_tool_use", "name": str(name)}):
                screen.end_text()
                self.calls[index] = name
                screen.status(f"block {index}", f"Calling {name}")
            case InputDelta(index, fragment) if index in self.calls:
                self.inputs[index] = (self.inputs.get(index, "") + fragment)[-SHOWN_OF_INPUT:]
                screen.status(f"block {index}", f"Calling {self.calls[index]} {self.inputs[index]}")
            case BlockStopped(index=index):
                self.end_block(index)
            case MessageStopped():
                screen.end_text()
            case ToolStarted(call, status):
                self.running[call.id] = status or call.name
                screen.status(call.id, self.running[call.id])
            case ToolProgress(call, message, done, total):
                told = f" ({done / total:.0%})" if done is not None and total else ""
                doing = self.running.get(call.id, call.name)
                screen.status(call.id, f"{doing}: {message}{told}")
            case ToolFinished(call, content, is_error, seconds):
                doing = self.running.pop(call.id, call.name)
                screen.status(call.id, "")
                if is_error:
                    screen.note("✕", f"{doing}: failed. {beginning(content)}")
                else:
                    screen.note("✓", f"{doing}: done, {duration(seconds)}")
            case Retrying():
                for id in self.running:  # one that the next attempt repeats is told again
                    screen.status(id, "")
                self.running.clear()
                self.settle()
                again = " The answer begins again." if event.restarts and self.shown else ""
                self.shown = False
                wait = f"Trying again in {duration(event.seconds)}."
                screen.note("↻", f"{sentence(event.reason)} {wait}{again}")
                screen.status("waiting", "Waiting to try again")
            case Interrupted():
                self.settle()
                screen.interrupted()
            case RunFinished():
                self.settle()
                self.end_run(event)

    def end_block(self, index: int) -> None:
        """Show that a block is over."""
        self.screen.status(f"block {index}", "")
        self.calls.pop(index, None)
        self.inputs.pop(index, None)
        if index in self.thinking:
            seconds = self.clock() - self.thinking.pop(index)
            self.screen.note("", f"Thought for {duration(seconds)}.")

    def settle(self) -> None:
        """Leave nothing that looks as if it still ran."""
        self.screen.end_text()
        for index in [*self.calls, *self.thinking]:
            self.screen.status(f"block {index}", "")
        self.screen.status("waiting", "")
        self.calls.clear()
        self.inputs.clear()
        self.thinking.clear()
        for id, doing in self.running.items():
            self.screen.status(id, "")
            self.screen.note("■", f"{doing}: stopped.")
        self.running.clear()

    def end_run(self, run: RunFinished) -> None:
        """Say why a run ended, unless it ended as it should."""
        end = ending(run.reason, run.error)
        if run.error is not None:
            self.screen.note(end.sign, f"The answer failed. {end.sentence}")
        elif run.reason == "max_turns":
            self.screen.note(end.sign, f"{end.sentence} --max-turns allows more.")
        elif not end.ok:
            self.screen.note(end.sign, end.sentence)


def beginning(content: str | list[dict[str, Any]]) -> str:
    """Return the first words of a tool's result, in one line."""
    text = content if isinstance(content, str) else str(content)
    words = " ".join(text.split())
    return words if len(words) <= SHOWN_OF_RESULT else words[: SHOWN_OF_RESULT - 1] + "…"


def duration(seconds: float) -> str:
    """Return a time as precise as it means something."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.1f} s"
