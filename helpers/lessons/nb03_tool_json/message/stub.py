import json
from dataclasses import dataclass


@dataclass
class ToolCall:
    """A tool call that is complete: it may run."""

    index: int  # of its block
    id: str
    name: str
    input: dict | None  # None if what came is no JSON object
    raw: str  # what came


class MessageAssembler:
    """Put a message together from its events."""

    def __init__(self):
        # What must be remembered from one event to the next?
        ...

    def feed(self, event):
        """Take the next event; return a list with each ToolCall that is complete now."""
        ...

    @property
    def message(self):
        """The message so far, as the API would have sent it without streaming."""
        ...
