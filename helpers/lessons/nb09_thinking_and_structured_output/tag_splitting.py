"""Notebook 09: thinking in tags, in a stream that is cut anywhere."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part

__all__ = ["PARTS"]

NOTEBOOK = "09_thinking_and_structured_output"


STUB = '''\
class TagSplitter:
    """Tells thinking, between <thinking> and </thinking>, from text.

    Both methods return pairs, in order: ("thinking", "…") and ("text", "…"). The tags
    themselves are in none of them.
    """

    def feed(self, text):
        """Take the next piece of the stream; return what is certain by now."""
        ...

    def close(self):
        """The stream has ended: return what was held back."""
        ...
'''

Pieces = Sequence[str]

WHOLE = ("<thinking>Is 7 odd? It is.</thinking>Yes, 7 is odd.",)
CUT = ("<thin", "king>Is 7 odd?</", "think", "ing>Yes.")
LETTERS = tuple("Well. <thinking>Is 7 odd?</thinking>Yes.")
TWICE = ("<thinking>One.</thinking>First. ", "<thinking>Two.</thinking>", "Second.")
NO_TAG = ("If 1 <", " 2, write <b>yes", "</b>, or <think", " twice> if not.")
DOUBLED = ("1 <", "<thinking>Hm.<", "</thinking>2")
UNCLOSED = ("<thinking>It may ", "be </thin")


def joined(pairs: object) -> object:
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


def shown(pieces: Pieces) -> str:
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
        return joined(came + list(splitter.close() or []))

    return run


def one_by_one(pieces: Pieces) -> Callable[[Namespace], object]:
    """A run that returns what came after each piece, and at the end."""

    def run(my: Namespace) -> object:
        splitter = my.TagSplitter()
        given = [joined(splitter.feed(piece)) for piece in pieces]
        return [*given, joined(list(splitter.close() or []))]

    return run


def texts(out: Outcome, kind: str = "text") -> str:
    """Return all that came back as one kind."""
    return "".join(str(text) for given, text in out.returned if given == kind)


def everything(out: Outcome) -> str:
    """Return all that came back, of both kinds."""
    return "".join(str(text) for _, text in out.returned)


NOT_PAIRS = Misconception(
    id="returns-plain-text",
    looks_like="text without its kind: whoever shows it can't tell thinking from the answer",
    try_next='Return a list of pairs, such as [("text", "Yes.")].',
    matches=lambda out: (
        isinstance(out.returned, str)
        or (isinstance(out.returned, list) and any(isinstance(item, str) for item in out.returned))
    ),
)
SHARED = Misconception(
    id="shared-between-streams",
    looks_like="what one splitter holds is seen by the next one: it is stored on the class",
    try_next="Give each splitter its own state in `__init__`.",
    matches=lambda out: re.match("<thin(?!king>)", everything(out)) is not None,
)
SHOWS_TAGS = Misconception(
    id="shows-the-tags",
    looks_like="tags that came whole and are shown all the same: they are signs for you",
    try_next="Go on behind the tag, not at its beginning.",
    matches=lambda out: "<thinking>" in everything(out) or "</thinking>" in everything(out),
)
PER_PIECE = Misconception(
    id="looks-at-each-piece-alone",
    looks_like="a search for the tag in each piece alone: one that was cut in two is in neither",
    try_next="Keep what may be the beginning of a tag, and look again when more has come.",
    matches=lambda out: "<" in everything(out),
)
DROPS_THINKING = Misconception(
    id="drops-thinking",
    looks_like="thinking that is thrown away: the panel that shows it stays empty",
    try_next='Return it as well, as ("thinking", "…").',
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
        f"splitter = TagSplitter()\npieces = {shown(pieces)}\n"
        "came = [pair for piece in pieces for pair in splitter.feed(piece)]\n"
        "came + splitter.close()",
        all_of(pieces),
        expected,
        mistakes,
    )


TAGS = Part(
    id="tags",
    title="Tags that come in pieces",
    notebook=NOTEBOOK,
    minutes=8,
    difficulty="medium",
    teaches="You tell thinking from text in a stream that is cut anywhere.",
    stub=STUB,
    reference=Path(__file__).parents[2] / "render" / "tags.py",
    cases=(
        case(
            "both tags in one piece",
            "A fast model, or a proxy that collects.",
            WHOLE,
            [("thinking", "Is 7 odd? It is."), ("text", "Yes, 7 is odd.")],
            NOT_PAIRS,
            SHARED,
            Misconception(
                id="one-tag-a-piece",
                looks_like="one tag looked for in each piece: the second one in it is never seen",
                try_next="Search again in what stands behind the tag, until nothing is found.",
                matches=lambda out: (
                    "</thinking>" in everything(out) and "<thinking>" not in everything(out)
                ),
            ),
            SHOWS_TAGS,
            DROPS_THINKING,
        ),
        case(
            "tags in pieces",
            "A token is often a piece of a word, and a tag is many of them.",
            CUT,
            [("thinking", "Is 7 odd?"), ("text", "Yes.")],
            PER_PIECE,
        ),
        case(
            "one letter at a time",
            "Every place where it could be cut, at once.",
            LETTERS,
            [("text", "Well. "), ("thinking", "Is 7 odd?"), ("text", "Yes.")],
            PER_PIECE,
        ),
        case(
            "thinking twice",
            "A model that thinks again after a tool's result.",
            TWICE,
            [("thinking", "One."), ("text", "First. "), ("thinking", "Two."), ("text", "Second.")],
            Misconception(
                id="only-once",
                looks_like="a splitter that is done after the first closing tag",
                try_next="After a closing tag the next opening one is awaited, as at the start.",
                matches=lambda out: "<thinking>" in texts(out),
            ),
            Misconception(
                id="from-the-first-to-the-last",
                looks_like="everything between the first opening tag and the last closing one "
                "taken for thinking",
                try_next="The first closing tag ends it.",
                matches=lambda out: "First" in texts(out, "thinking"),
            ),
        ),
        case(
            "what only looks like a tag",
            "Code, mathematics, HTML.",
            NO_TAG,
            [("text", "".join(NO_TAG))],
            Misconception(
                id="swallows-what-is-no-tag",
                looks_like="text that was held back and then forgotten, or thrown away as a tag",
                try_next="What turns out to be no tag is text: give it, with all that was held.",
                matches=lambda out: len(everything(out)) < len("".join(NO_TAG)),
            ),
        ),
        case(
            "a < right before a tag",
            "The first one is text; the tag begins with the second.",
            DOUBLED,
            [("text", "1 <"), ("thinking", "Hm.<"), ("text", "2")],
            Misconception(
                id="misses-the-second-start",
                looks_like="a comparison that begins with the first < and gives up all of it when "
                "it fails: within what was given up, the tag began",
                try_next="Ask which ends of what you hold are beginnings of the tag. There can be "
                "several: keep the longest.",
                matches=lambda out: "thinking>" in everything(out),
            ),
        ),
        Case(
            "nothing waits without need",
            "Somebody is reading along.",
            'splitter = TagSplitter()\nsplitter.feed("1 < 2. ")\n'
            'splitter.feed("<thinking>Is 7 ")\nsplitter.feed("odd? ")\nsplitter.close()',
            one_by_one(("1 < 2. ", "<thinking>Is 7 ", "odd? ")),
            [[("text", "1 < 2. ")], [("thinking", "Is 7 ")], [("thinking", "odd? ")], []],
            (
                Misconception(
                    id="waits-for-the-closing-tag",
                    looks_like="thinking that is given when it is complete: until then the panel "
                    "is empty, and that can be a minute",
                    try_next="Once the opening tag was seen, what follows is thinking at once.",
                    matches=lambda out: (
                        out.returned[0] == [("text", "1 < 2. ")] and not out.returned[1]
                    ),
                ),
                Misconception(
                    id="waits-for-the-end",
                    looks_like="everything held until the stream ends: right, and nobody streams",
                    try_next="Hold only what may become the tag that you wait for.",
                    matches=lambda out: not any(out.returned[:3]),
                ),
                Misconception(
                    id="holds-every-bracket",
                    looks_like="text held back at every <, also where no tag can come of it: "
                    "behind this one stands a space",
                    try_next="Hold an end of the text only if the tag begins with it.",
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
                looks_like="the last characters missing: they were held back, and nobody has asked "
                "for them",
                try_next="In `close`, give what is held. No tag comes of it any more.",
                matches=lambda out: out.returned == [("thinking", "It may be ")],
            ),
            Misconception(
                id="unclosed-is-text",
                looks_like="thinking that becomes text because its end is missing: now it stands "
                "in the answer",
                try_next="What began as thinking stays thinking.",
                matches=lambda out: "thin" in texts(out),
            ),
        ),
    ),
    hints=(
        "Remember two things between two pieces: whether you are inside, and what you hold back. "
        "What you wait for is one tag at a time: the opening one outside, the closing one inside.",
        "While the awaited tag is found: give what stands before it, and change sides. Then look "
        "at the end of the rest: is it a beginning of the tag? `text.endswith(tag[:length])`, for "
        "the longest length first. Hold that, and give what stands before it.",
        "The course's own:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (TAGS,)
