"""Cases of `recovery`: the words that ask for the rest."""

from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Outcome
from helpers.lessons.common.events import Message
from helpers.lessons.nb06_edge_cases.recovery.checks.blocks import SHAPE

__all__ = ["CONTINUED"]

SHORT = "No word from the far shore; the timer"
LINES = "No word from the far\nshore;  the timer"
LONG = "".join(f"{number:04} " for number in range(100))


def docs_message(quoted: str) -> Message:
    """The message in the words of the API's documentation."""
    words = f"Your previous response was interrupted and ended with [{quoted}]. Continue from "
    return {"role": "user", "content": f"{words}where you left off."}


def same_message(returned: Any, expected: Any) -> bool:
    """Whether these are the same message; text alone may also be one block."""
    match returned:
        case {"content": [{"type": "text", "text": words}]}:
            returned = {**returned, "content": words}
    return bool(returned == expected)


def to_text(out: Outcome) -> str:
    """All that came back, as text."""
    return str(out.returned)


def words_in(out: Outcome) -> str:
    """The words of the message that came back."""
    match out.returned:
        case {"content": str(words)} | {"content": [{"type": "text", "text": str(words)}]}:
            return words
    return ""


def going_on(name: str, why: str, cut: str, code: str, *mistakes: Misconception) -> Case:
    """A case that asks for the message to go on with."""
    quoted = cut[-200:]
    shape = (
        Misconception(
            id="says-it-as-a-string",
            matches=lambda out: isinstance(out.returned, str),
        ),
        Misconception(
            id="speaks-as-the-assistant",
            matches=lambda out: out.returned["role"] == "assistant",
        ),
    )
    words = Misconception(
        id="own-words",
        matches=lambda out: (
            isinstance(out.returned, dict)
            and "content" in out.returned
            and not all(
                piece in to_text(out) for piece in docs_message(quoted)["content"].split(quoted)
            )
        ),
    )
    brackets = Misconception(
        id="leaves-the-brackets-out",
        matches=lambda out: docs_message("")["content"].replace("[]", quoted) in words_in(out),
    )
    returns_nothing = SHAPE[0]
    return Case(
        name,
        why,
        code,
        lambda my: my.continuation(cut),
        docs_message(quoted),
        (*shape, brackets, *mistakes, words, returns_nothing),
        same_message,
        topic="continuation",
    )


CONTINUED = (
    going_on(
        "a short text",
        "The answer broke off early.",
        SHORT,
        f"continuation({SHORT!r})",
        Misconception(
            id="quotes-nothing",
            matches=lambda out: isinstance(out.returned, dict) and "the timer" not in to_text(out),
        ),
    ),
    going_on(
        "a long text",
        "An answer can be long. The model sees it in the history, so the end is enough.",
        LONG,
        f"continuation(text)  # {len(LONG)} characters",
        Misconception(
            id="quotes-it-all",
            matches=lambda out: LONG in to_text(out),
        ),
        Misconception(
            id="counts-words",
            matches=lambda out: LONG.strip() in to_text(out),
        ),
        Misconception(
            id="quotes-the-beginning",
            matches=lambda out: LONG[:200] in to_text(out),
        ),
        Misconception(
            id="cuts-elsewhere",
            matches=lambda out: LONG[-20:] in to_text(out) and LONG[-200:] not in to_text(out),
        ),
        Misconception(
            id="quotes-too-much",
            matches=lambda out: LONG[-201:] in to_text(out),
        ),
    ),
    going_on(
        "a text of several lines",
        "The model looks for the exact place where it stopped.",
        LINES,
        f"continuation({LINES!r})",
        Misconception(
            id="quotes-in-other-lines",
            matches=lambda out: " ".join(LINES.split()) in " ".join(words_in(out).split()),
        ),
    ),
)
