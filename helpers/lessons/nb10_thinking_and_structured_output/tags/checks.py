"""What is tried with `tags`, and what its mistakes are recognised by."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

Pieces = Sequence[str]

WHOLE = ("<thinking>Is 7 odd? It is.</thinking>Yes, 7 is odd.",)
CUT = ("<thin", "king>Is 7 odd?</", "think", "ing>Yes.")
LETTERS = tuple("Well. <thinking>Is 7 odd?</thinking>Yes.")
TWICE = ("<thinking>One.</thinking>First. ", "<thinking>Two.</thinking>", "Second.")
NO_TAG = ("If 1 <", " 2, write <b>yes", "</b>, or <think", " twice> if not.")
DOUBLED = ("1 <", "<thinking>Hm.<", "</thinking>2")
OTHER_TAG = ("Close it with </thin", "king>. <thinking>Or <thinking>?</thinking>So.")
UNCLOSED = ("<thinking>It may ", "be </thin")


def join_pairs(pairs: object) -> object:
    """Put neighbours of one kind together; anything else stays as it is."""
    if not isinstance(pairs, list):
        return pairs
    whole: list[tuple[Any, Any]] = []
    for pair in pairs:
        if not (isinstance(pair, list | tuple) and len(pair) == 2):
            return pairs
        kind, text = pair
        if whole and whole[-1][0] == kind and isinstance(text, str):
            whole[-1] = (kind, whole[-1][1] + text)
        elif text != "":
            whole.append((kind, text))
    return whole


def write_code(pieces: Pieces) -> str:
    """Return the pieces as code, on one line or on several."""
    listed = ", ".join(f'"{piece}"' for piece in pieces[:5])
    return f"[{listed}, …]" if len(pieces) > 5 else f"[{listed}]"


def all_of(pieces: Pieces) -> Callable[[Namespace], object]:
    """A run that feeds all pieces, closes, and returns all that came."""

    def run(my: Namespace) -> object:
        my.TagSplitter().feed("A stream that was left in a <thin")
        splitter = my.TagSplitter()
        came: list[Any] = []
        for piece in pieces:
            given = splitter.feed(piece)
            if not isinstance(given, list):
                return given
            came += given
        return join_pairs(came + list(splitter.close() or []))

    return run


def one_by_one(pieces: Pieces) -> Callable[[Namespace], object]:
    """A run that returns what came after each piece, and at the end."""

    def run(my: Namespace) -> object:
        splitter = my.TagSplitter()
        given = [join_pairs(splitter.feed(piece)) for piece in pieces]
        return [*given, join_pairs(list(splitter.close() or []))]

    return run


def texts(out: Outcome, kind: str = "text") -> str:
    """Return all that came back as one kind."""
    return "".join(str(text) for given, text in out.returned if given == kind)


def everything(out: Outcome) -> str:
    """Return all that came back, of both kinds."""
    return "".join(str(text) for _, text in out.returned)


NOT_PAIRS = Misconception(
    id="returns-plain-text",
    matches=lambda out: (
        isinstance(out.returned, str)
        or (isinstance(out.returned, list) and any(isinstance(item, str) for item in out.returned))
    ),
)
SHARED = Misconception(
    id="shared-between-streams",
    matches=lambda out: re.match("<thin(?!king>)", everything(out)) is not None,
)
SHOWS_TAGS = Misconception(
    id="shows-the-tags",
    matches=lambda out: "<thinking>" in everything(out) or "</thinking>" in everything(out),
)
PER_PIECE = Misconception(
    id="looks-at-each-piece-alone",
    matches=lambda out: "<" in everything(out),
)
DROPS_THINKING = Misconception(
    id="drops-thinking",
    matches=lambda out: not texts(out, "thinking"),
)


def case(
    name: str,
    why: str,
    pieces: Pieces,
    expected: list[tuple[str, str]],
    *mistakes: Misconception,
) -> Case:
    """A case that asks for all that comes of some pieces."""
    return Case(
        name,
        why,
        f"splitter = TagSplitter()\npieces = {write_code(pieces)}\n"
        "came = [pair for piece in pieces for pair in splitter.feed(piece)]\n"
        "came + splitter.close()",
        all_of(pieces),
        expected,
        mistakes,
    )


CASES = (
    case(
        "both tags in one piece",
        "A model can be fast, or a proxy can collect pieces.",
        WHOLE,
        [("thinking", "Is 7 odd? It is."), ("text", "Yes, 7 is odd.")],
        NOT_PAIRS,
        SHARED,
        Misconception(
            id="one-tag-a-piece",
            matches=lambda out: (
                "</thinking>" in everything(out) and "<thinking>" not in everything(out)
            ),
        ),
        SHOWS_TAGS,
        DROPS_THINKING,
    ),
    case(
        "tags in pieces",
        "A token is often a piece of a word, and a tag consists of several tokens.",
        CUT,
        [("thinking", "Is 7 odd?"), ("text", "Yes.")],
        PER_PIECE,
    ),
    case(
        "one letter at a time",
        "This test cuts at every possible place.",
        LETTERS,
        [("text", "Well. "), ("thinking", "Is 7 odd?"), ("text", "Yes.")],
        PER_PIECE,
    ),
    case(
        "thinking twice",
        "A model may think again after a tool's result.",
        TWICE,
        [("thinking", "One."), ("text", "First. "), ("thinking", "Two."), ("text", "Second.")],
        Misconception(
            id="only-once",
            matches=lambda out: "<thinking>" in texts(out),
        ),
        Misconception(
            id="from-the-first-to-the-last",
            matches=lambda out: "First" in texts(out, "thinking"),
        ),
    ),
    case(
        "what only looks like a tag",
        "Code, mathematics and HTML contain `<`, too.",
        NO_TAG,
        [("text", "".join(NO_TAG))],
        Misconception(
            id="swallows-what-is-no-tag",
            matches=lambda out: len(everything(out)) < len("".join(NO_TAG)),
        ),
    ),
    case(
        "a < right before a tag",
        "The first `<` is text. The tag begins with the second.",
        DOUBLED,
        [("text", "1 <"), ("thinking", "Hm.<"), ("text", "2")],
        Misconception(
            id="misses-the-second-start",
            matches=lambda out: "thinking>" in everything(out),
        ),
    ),
    case(
        "the other tag",
        "A model may explain how it writes, or think about tags.",
        OTHER_TAG,
        [("text", "Close it with </thinking>. "), ("thinking", "Or <thinking>?"), ("text", "So.")],
        Misconception(
            id="eats-the-other-tag",
            matches=lambda out: (
                "</thinking>" not in texts(out) or "<thinking>" not in everything(out)
            ),
        ),
    ),
    Case(
        "nothing waits without need",
        "A person reads while the text comes.",
        'splitter = TagSplitter()\nsplitter.feed("1 < 2. ")\nsplitter.feed("</thin")\n'
        'splitter.feed("<thinking>Is 7 ")\nsplitter.feed("odd? ")\nsplitter.close()',
        one_by_one(("1 < 2. ", "</thin", "<thinking>Is 7 ", "odd? ")),
        [
            [("text", "1 < 2. ")],
            [("text", "</thin")],
            [("thinking", "Is 7 ")],
            [("thinking", "odd? ")],
            [],
        ],
        (
            Misconception(
                id="waits-for-the-closing-tag",
                matches=lambda out: (
                    out.returned[0] == [("text", "1 < 2. ")] and not out.returned[2]
                ),
            ),
            Misconception(
                id="waits-for-the-end",
                matches=lambda out: not any(out.returned[:4]),
            ),
            Misconception(
                id="holds-the-other-tag",
                matches=lambda out: (
                    out.returned[0] == [("text", "1 < 2. ")]
                    and out.returned[1] == []
                    and out.returned[3:] == out.expected[3:]
                ),
            ),
            Misconception(
                id="holds-every-bracket",
                matches=lambda out: out.returned[0] != [("text", "1 < 2. ")],
            ),
        ),
    ),
    case(
        "thinking that never closes",
        "The answer was cut off at max_tokens.",
        UNCLOSED,
        [("thinking", "It may be </thin")],
        Misconception(
            id="loses-the-end",
            matches=lambda out: out.returned == [("thinking", "It may be ")],
        ),
        Misconception(
            id="unclosed-is-text",
            matches=lambda out: "thin" in texts(out),
        ),
    ),
)
