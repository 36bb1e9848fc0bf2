"""What an instructor sends to every seat at once. A seat obeys, and says from whom it comes."""

from dataclasses import asdict, dataclass
from typing import Any

from helpers.classroom.acts import MOST_CHOICES
from helpers.mock.settings import Settings, SettingsError

__all__ = ["Ask", "Break", "NoOrder", "Order", "Say", "Set", "Step", "json_of", "order_of"]

MOST_STEPS = 100
LONGEST = 400  # characters of a hint, a question or a choice


class NoOrder(ValueError):
    """It is no order; the message says in one sentence why."""


@dataclass(frozen=True)
class Set:
    """The offline API of every seat behaves so from now on.

    Attributes:
        settings: as Settings.to_json gives them.
    """

    settings: dict[str, Any]


@dataclass(frozen=True)
class Break:
    """Every answer that streams anywhere in the room breaks now."""


@dataclass(frozen=True)
class Say:
    """A hint for everybody, or the place to go to.

    Attributes:
        words: what the instructor says; "" takes back what was said.
    """

    words: str


@dataclass(frozen=True)
class Ask:
    """A question whose answer everybody predicts; without choices, the question is closed.

    Attributes:
        question: its words.
        choices: 2 to 6 of them; none closes the question.
    """

    question: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A step of the run sheet begins now.

    Attributes:
        step: which, from 0; the first one starts the clock.
        again: whether the class begins anew.
    """

    step: int
    again: bool = False


Order = Set | Break | Say | Ask | Step


def order_of(value: Any) -> Order:
    """Return the order that an instructor sent.

    Raises:
        NoOrder: it can't be carried out; the message says why.
    """
    match value:
        case {"kind": "set", "settings": dict(settings)}:
            try:
                return Set(Settings.from_json(settings).to_json())
            except SettingsError as error:
                raise NoOrder(str(error)) from None
        case {"kind": "break"}:
            return Break()
        case {"kind": "say", "words": str(words)}:
            return Say(_short(words))
        case {"kind": "ask", "question": str(question), "choices": list() | tuple() as choices}:
            if choices and not 2 <= len(choices) <= MOST_CHOICES:
                raise NoOrder(f"A question has 2 to {MOST_CHOICES} choices.")
            chosen = tuple(_short(one) for one in choices)
            if choices and not (question.strip() and all(chosen)):
                raise NoOrder("A question and each of its choices have words.")
            return Ask(_short(question), chosen)
        case {"kind": "step", "step": int(step), **more} if 0 <= step < MOST_STEPS:
            return Step(int(step), more.get("again") is True)
    raise NoOrder("There is no such order: an order sets, breaks, says, asks or begins a step.")


def json_of(order: Order) -> dict[str, Any]:
    """Return an order as JSON; `order_of` reads it back."""
    return {"kind": type(order).__name__.lower(), **asdict(order)}


def _short(text: Any) -> str:
    if not isinstance(text, str) or len(text) > LONGEST:
        raise NoOrder(f"What is sent to every seat is text of at most {LONGEST} characters.")
    return " ".join(text.split())
