"""The history: messages as cards, and what the API says to them."""

from collections.abc import Sequence

import traitlets

from helpers.widgets.history.model import Message
from helpers.widgets.history.snapshot import draw, tell
from helpers.widgets.view import View, assets

__all__ = ["HistoryView"]


class HistoryView(View):
    """A picture of a conversation, and the same in words; nothing in it moves.

    Args:
        messages: as a request has them.
        refusal: what the API says against them; empty if it takes them.
    """

    _esm, _css = assets("history").values()
    svg = traitlets.Unicode().tag(sync=True)

    def __init__(self, messages: Sequence[Message], refusal: str = "") -> None:
        self.words = tell(messages, refusal)
        super().__init__(svg=draw(messages, refusal))

    def snapshot(self) -> str:
        """Return the picture, as SVG."""
        return self.svg

    def text_alternative(self) -> str:
        """Return the same in words, a line for each block."""
        return self.words

    def __repr__(self) -> str:
        return self.words
