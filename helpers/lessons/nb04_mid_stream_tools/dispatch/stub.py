import asyncio
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class ToolStarted:
    """A tool runs."""

    call: "ToolCall"


@dataclass(frozen=True)
class ToolFinished:
    """A tool has given its result, or failed."""

    call: "ToolCall"
    content: str
    is_error: bool


class ToolDispatcher:
    """Run the calls of one turn, side by side, as soon as each is complete."""

    def __init__(self, tools, emit):
        # `emit` is a function: it takes each ToolStarted and ToolFinished as it happens.
        ...

    def start(self, call):
        """Run the call's tool and return at once; if not `idempotent`, wait for `release`."""
        ...

    def release(self):
        """The reply is whole: start the tools that waited for that."""
        ...

    async def results(self):
        """Wait for all tools; return a tool_result for each call, in call order.

        A call that failed, was cancelled or never started has a result, too, with is_error.
        """
        ...

    async def cancel(self):
        """Cancel what runs, and return once it has ended."""
        ...
