"""Notebook 08: sentences for ears, out of pieces that end anywhere."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part

__all__ = ["PARTS"]

NOTEBOOK = "08_production_ui"

STUB = '''\
SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    """Pieces of a text in, whole sentences out, each as early as possible."""

    def feed(self, piece):
        """Return the sentences that are finished now, as a list; it may be empty.

        A sentence ends with . ! or ? and the space after it, which belongs to it. The full
        stop of a word in SHORT ends none.
        """
        return [piece]

    def close(self):
        """Return what is left when the text is over, as a list: one sentence, or none."""
        return []
'''

REFERENCE = '''\
import re

SHORT = ("Dr.", "Mr.", "Mrs.", "St.", "e.g.", "i.e.", "p.")


class SentenceBuffer:
    """Pieces of a text in, whole sentences out, each as early as possible."""

    def __init__(self):
        self.rest = ""

    def feed(self, piece):
        """Return the sentences that are finished now."""
        self.rest += piece
        sentences, start = [], 0
        for end in re.finditer(r"[.!?]\\s", self.rest):
            sentence = self.rest[start : end.end()]
            if sentence.split()[-1] not in SHORT:
                sentences.append(sentence)
                start = end.end()
        self.rest = self.rest[start:]
        return sentences

    def close(self):
        """Return what is left when the text is over."""
        rest, self.rest = self.rest, ""
        return [rest] if rest else []
'''

CLOSE = "close"


def spoken(pieces: Sequence[str], close: bool = True) -> Any:
    """A run that feeds these pieces, and says what came back after each."""

    def run(my: Namespace) -> object:
        buffer = my.SentenceBuffer()
        came = [(piece, buffer.feed(piece)) for piece in pieces]
        return [*came, (CLOSE, buffer.close())] if close else came

    return run


def said(out: Outcome) -> list[str]:
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


def lost(out: Outcome) -> bool:
    """Whether some of the text never came back."""
    return len("".join(said(out))) < len("".join(due(out)))


NOT_A_LIST = Misconception(
    id="not-a-list",
    looks_like="something else than a list of sentences; a piece may finish none, or two",
    try_next="Return a list each time, and an empty one where nothing is finished.",
    matches=lambda out: (
        out.error is None and not all(isinstance(sentences, list) for _, sentences in out.returned)
    ),
)
LOSES_SPACES = Misconception(
    id="loses-spaces",
    looks_like="sentences without the space behind them: joined again, they are another text",
    try_next="Cut behind the space, and strip nothing.",
    matches=lambda out: (
        [one.strip() for one in said(out)] == [one.strip() for one in due(out)]
        and said(out) != due(out)
    ),
)
FORGETS_THE_PIECES = Misconception(
    id="forgets-earlier-pieces",
    looks_like="pieces looked at one by one: what one has begun and the next one ends is lost",
    try_next="Keep what isn't finished in `self`, and put the next piece behind it.",
    matches=lambda out: lost(out) or any(one in said(out) for one, _ in out.returned[:-1]),
)
NEVER_CLOSES = Misconception(
    id="never-says-the-end",
    looks_like="the last sentence kept for ever: nothing comes behind it that could end it",
    try_next="`close` returns what is left.",
    matches=lambda out: said(out) == due(out)[:-1],
)

GIVES_UP = Misconception(
    id="gives-up-at-abbreviations",
    looks_like="a search that ends at the first abbreviation, although an end comes behind it",
    try_next="When a full stop doesn't count, look for the next one.",
    matches=lambda out: count_by_step(out.returned)[-2] == 0,
)
LATE = Misconception(
    id="late",
    looks_like="the right sentences, later than they could have come",
    try_next="Decide as soon as the space behind the end is there.",
    matches=lambda out: said(out) == due(out),
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
        spoken(pieces),
        [*steps, (CLOSE, last)],
        (NOT_A_LIST, *mistakes),
    )


ONE_BY_ONE = "Is it hot? Yes! Very."

SENTENCES = Part(
    id="sentences",
    title="Sentences, as early as possible",
    notebook=NOTEBOOK,
    minutes=8,
    difficulty="medium",
    teaches="You can cut a stream where a voice may begin to speak.",
    stub=STUB,
    reference=REFERENCE,
    cases=(
        hearing(
            "a sentence in three pieces",
            "Tokens end in the middle of words.",
            [("The wea", []), ("ther is fine. ", ["The weather is fine. "]), ("So", [])],
            ["So"],
            LOSES_SPACES,
            NEVER_CLOSES,
            Misconception(
                id="waits-for-the-end",
                looks_like="all sentences at the end: whoever listens waits for the whole answer",
                try_next="Return each sentence from the `feed` that finishes it.",
                matches=lambda out: all(not sentences for _, sentences in out.returned[:-1]),
            ),
            LATE,
            FORGETS_THE_PIECES,
        ),
        hearing(
            "two in one piece",
            "A fast model, or a slow reader: pieces are joined on the way.",
            [("It is warm. It is dry. And", ["It is warm. ", "It is dry. "])],
            ["And"],
            LOSES_SPACES,
            Misconception(
                id="cuts-at-the-last-end",
                looks_like="everything up to the last end in one: two sentences are two",
                try_next="Go on cutting until no end is left in what you hold.",
                matches=lambda out: said(out)[0] == "It is warm. It is dry. ",
            ),
            Misconception(
                id="one-sentence-at-a-time",
                looks_like="one sentence for each piece, while a second one waits, finished",
                try_next="Go on cutting until no end is left in what you hold.",
                matches=lambda out: (
                    early(out) is False
                    and count_by_step(out.returned)[0] == 1
                    and "".join(said(out)) == "".join(due(out))
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
                looks_like="an end where a full stop is the last that has come: it may be the "
                "middle of a number",
                try_next="Wait until the character behind it is there.",
                matches=lambda out: out.returned[0][1] != [],
            ),
            Misconception(
                id="says-nothing-twice",
                looks_like="an empty sentence at the end",
                try_next="Return an empty list if nothing is left.",
                matches=lambda out: "" in said(out),
            ),
        ),
        hearing(
            "somebody's title",
            "A voice that stops after “Dr.” sounds as if the machine had broken.",
            [("Ask Dr. ", []), ("Okafor. ", ["Ask Dr. Okafor. "]), ("She knows.", [])],
            ["She knows."],
            Misconception(
                id="stops-at-abbreviations",
                looks_like="a sentence that ends in “Dr.”",
                try_next="Look at the last word of what you are about to cut off. Is it in SHORT?",
                matches=lambda out: "Ask Dr. " in said(out),
            ),
            GIVES_UP,
            NEVER_CLOSES,
        ),
        hearing(
            "a word that ends like one",
            "“p.” is in the list, for a page; “stop.” is not.",
            [("Please stop. ", ["Please stop. "]), ("Go.", [])],
            ["Go."],
            Misconception(
                id="compares-endings",
                looks_like="a comparison of endings: “stop.” ends like “p.”, and so a sentence is "
                "held back until the next one ends",
                try_next="Compare the whole last word.",
                matches=lambda out: "Please stop. " not in said(out),
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
            "The finest cut there is. The result must be the same.",
            [
                (one, ["Is it hot? "] if n == 10 else ["Yes! "] if n == 15 else [])
                for n, one in enumerate(ONE_BY_ONE)
            ],
            ["Very."],
            Misconception(
                id="knows-full-stops-only",
                looks_like="questions and exclamations that don't end a sentence",
                try_next="Three characters can end one.",
                matches=lambda out: said(out) == [ONE_BY_ONE],
            ),
            LATE,
        ),
    ),
    hints=(
        "Keep what isn't finished in an attribute. `feed` puts the piece behind it, cuts off all "
        "sentences that are finished, and keeps the rest.",
        '`re.finditer(r"[.!?]\\s", text)` finds the ends. Before you cut at one, look at the last '
        "word: `sentence.split()[-1]`. If it is in SHORT, go on to the next end.",
        "One text, one loop:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (SENTENCES,)
