"""What is tried with `sentences`, and what its mistakes are recognised by."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

CLOSE = "close"


def feed_pieces(pieces: Sequence[str], close: bool = True) -> Any:
    """A run that feeds these pieces, and says what came back after each."""

    def run(my: Namespace) -> object:
        buffer = my.SentenceBuffer()
        came = [(piece, buffer.feed(piece)) for piece in pieces]
        return [*came, (CLOSE, buffer.close())] if close else came

    return run


def list_sentences(out: Outcome) -> list[str]:
    """All sentences that came back, in their order."""
    return [sentence for _, sentences in out.returned for sentence in sentences]


def due(out: Outcome) -> list[str]:
    """All sentences that were expected, in their order."""
    return [sentence for _, sentences in out.expected for sentence in sentences]


def count_by_step(came: Any) -> list[int]:
    """How many sentences had come back after each step."""
    return list(accumulate(len(sentences) for _, sentences in came))


def early(out: Outcome) -> bool:
    """Whether a sentence came before it was finished."""
    return any(
        here > there
        for here, there in zip(
            count_by_step(out.returned), count_by_step(out.expected), strict=True
        )
    )


def loses_text(out: Outcome) -> bool:
    """Whether some of the text never came back."""
    return len("".join(list_sentences(out))) < len("".join(due(out)))


NOT_A_LIST = Misconception(
    id="not-a-list",
    matches=lambda out: (
        out.error is None and not all(isinstance(sentences, list) for _, sentences in out.returned)
    ),
)
LOSES_SPACES = Misconception(
    id="loses-spaces",
    matches=lambda out: (
        [one.strip() for one in list_sentences(out)] == [one.strip() for one in due(out)]
        and list_sentences(out) != due(out)
    ),
)
FORGETS_THE_PIECES = Misconception(
    id="forgets-earlier-pieces",
    matches=lambda out: (
        loses_text(out) or any(one in list_sentences(out) for one, _ in out.returned[:-1])
    ),
)
NEVER_CLOSES = Misconception(
    id="never-says-the-end",
    matches=lambda out: list_sentences(out) == due(out)[:-1],
)

GIVES_UP = Misconception(
    id="gives-up-at-abbreviations",
    matches=lambda out: count_by_step(out.returned)[-2] == 0,
)
LATE = Misconception(
    id="late",
    matches=lambda out: list_sentences(out) == due(out),
)


def hearing(
    name: str,
    why: str,
    steps: Sequence[tuple[str, list[str]]],
    last: list[str],
    *mistakes: Misconception,
) -> Case:
    """A case that feeds pieces and asks what came back after each."""
    pieces = [piece for piece, _ in steps]
    fed = "".join(f"buffer.feed({piece!r})\n" for piece in pieces)
    return Case(
        name,
        why,
        f"buffer = SentenceBuffer()\n{fed}buffer.close()",
        feed_pieces(pieces),
        [*steps, (CLOSE, last)],
        (NOT_A_LIST, *mistakes),
    )


ONE_BY_ONE = "Is it hot? Yes! Very."


CASES = (
    hearing(
        "a sentence in three pieces",
        "Tokens end in the middle of words.",
        [("The wea", []), ("ther is fine. ", ["The weather is fine. "]), ("So", [])],
        ["So"],
        LOSES_SPACES,
        NEVER_CLOSES,
        Misconception(
            id="waits-for-the-end",
            matches=lambda out: all(not sentences for _, sentences in out.returned[:-1]),
        ),
        LATE,
        FORGETS_THE_PIECES,
    ),
    hearing(
        "two in one piece",
        "If the model is fast or the reader is slow, two pieces can come as one.",
        [("It is warm. It is dry. And", ["It is warm. ", "It is dry. "])],
        ["And"],
        LOSES_SPACES,
        Misconception(
            id="cuts-at-the-last-end",
            matches=lambda out: list_sentences(out)[0] == "It is warm. It is dry. ",
        ),
        Misconception(
            id="one-sentence-at-a-time",
            matches=lambda out: (
                early(out) is False
                and count_by_step(out.returned)[0] == 1
                and "".join(list_sentences(out)) == "".join(due(out))
            ),
        ),
    ),
    hearing(
        "a number, cut at its point",
        "A full stop is an end only if a space follows, and that may be in the next piece.",
        [("It costs 3.", []), ("50 euros. ", ["It costs 3.50 euros. "])],
        [],
        Misconception(
            id="ends-at-the-full-stop",
            matches=lambda out: out.returned[0][1] != [],
        ),
        Misconception(
            id="says-nothing-twice",
            matches=lambda out: "" in list_sentences(out),
        ),
    ),
    hearing(
        "somebody's title",
        "If a voice stops after “Dr.”, it sounds broken.",
        [("Ask Dr. ", []), ("Okafor. ", ["Ask Dr. Okafor. "]), ("She knows.", [])],
        ["She knows."],
        Misconception(
            id="stops-at-abbreviations",
            matches=lambda out: "Ask Dr. " in list_sentences(out),
        ),
        GIVES_UP,
        NEVER_CLOSES,
    ),
    hearing(
        "a word that ends like an abbreviation",
        "“p.” is in the list, for a page; “stop.” is not.",
        [("Please stop. ", ["Please stop. "]), ("Go.", [])],
        ["Go."],
        Misconception(
            id="compares-endings",
            matches=lambda out: "Please stop. " not in list_sentences(out),
        ),
    ),
    hearing(
        "an abbreviation, and then an end",
        "The first full stop doesn't count; the second does.",
        [("Take fruit, e.g. figs. ", ["Take fruit, e.g. figs. "]), ("Enjoy!", [])],
        ["Enjoy!"],
        GIVES_UP,
    ),
    hearing(
        "character by character",
        "The smallest possible pieces. The result must be the same.",
        [
            (one, ["Is it hot? "] if n == 10 else ["Yes! "] if n == 15 else [])
            for n, one in enumerate(ONE_BY_ONE)
        ],
        ["Very."],
        Misconception(
            id="knows-full-stops-only",
            matches=lambda out: list_sentences(out) == [ONE_BY_ONE],
        ),
        LATE,
    ),
)
