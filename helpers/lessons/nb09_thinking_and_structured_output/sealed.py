"""Notebook 09: which thinking comes back as it must.

Its other exercises: tag_splitting.py, committed_fields.py and answer_outcome.py.
"""

from typing import NamedTuple

from helpers.lessons.checking.part import Case, Part
from helpers.lessons.common.verdicts import verdict_case

__all__ = ["CHANGES", "PARTS", "Change"]

NOTEBOOK = "09_thinking_and_structured_output"


STUB = """\
REFUSED = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
    "G": ...,
    "H": ...,
    "I": ...,
}
"""

REFERENCE = """\
REFUSED = {
    "A": False,  # as it came
    "B": True,  # the signature was made for the whole text
    "C": True,  # the text without its seal
    "D": True,  # the call belongs to the thought before it
    "E": False,  # empty, and just as it came
    "F": True,  # empty, and needed all the same: the signature holds the thought
    "G": True,  # nobody can read it, and the API looks for it
    "H": False,  # that turn is over
    "I": True,  # nobody has asked for it, but what comes must be as it was
}
"""


class Change(NamedTuple):
    """One way to send a turn back: whether it is refused, and a mistake."""

    letter: str
    what: str
    refused: bool
    id: str
    looks_like: str
    try_next: str


CHANGES = (
    Change(
        "A",
        "nothing is changed: all blocks as they came",
        False,
        "fears-thinking",
        "thinking kept out of a history: the API wants it back, and takes it as it was",
        "Look at which of the six ways above was taken.",
    ),
    Change(
        "B",
        "the thinking is cut to its first ten words, to save tokens; the signature stays",
        True,
        "shortens-thinking",
        "a thought that was edited under its seal",
        "Ask what the signature was made of.",
    ),
    Change(
        "C",
        "the thinking stays, and its signature is an empty string",
        True,
        "drops-the-signature",
        "a text that anybody could have written: without its seal nothing says that the model did",
        "Look at what came back above, for the third of the six ways.",
    ),
    Change(
        "D",
        "the thinking is left out; the text, the call and its result stay",
        True,
        "drops-thinking-of-this-turn",
        "a thought left out of the turn that is going on: the model would read its call without "
        "the reason for it",
        "Ask whether the user has said anything new since.",
    ),
    Change(
        "E",
        "the thinking was omitted, so its text is empty; it is sent as it came",
        False,
        "fears-empty-thinking",
        "an empty text taken for a changed one: it came like this, and its signature is valid",
        "Compare what came with what is sent.",
    ),
    Change(
        "F",
        "the same block, left out because there is nothing in it",
        True,
        "drops-empty-thinking",
        "an empty text taken for an empty block: what the model thought is in the signature",
        "Print the length of its signature.",
    ),
    Change(
        "G",
        "a `redacted_thinking` block before the call is left out, since nobody can read it",
        True,
        "drops-redacted-thinking",
        "a block that is no use to you taken for one that is no use to anybody",
        "Ask who its data is for.",
    ),
    Change(
        "H",
        "the turn is over, the user has asked something new; its thinking is left out",
        False,
        "keeps-all-thinking",
        "a rule for the turn that is going on, held against one that is over",
        "Ask which call could still miss it.",
    ),
    Change(
        "I",
        "the turn is over, the user has asked something new; its thinking is sent, shortened",
        True,
        "edits-old-thinking",
        "a thought that may be missing taken for one that may be changed",
        "Leaving out and changing are two things. Which of them can a seal forbid?",
    ),
)


def change_case(change: Change) -> Case:
    """A case that asks for one letter."""
    return verdict_case(
        "REFUSED",
        "turn",
        change.letter,
        change.what,
        change.refused,
        mistake=(change.id, change.looks_like, change.try_next),
        how="Write True if the API would refuse it, False if not.",
    )


SEALED = Part(
    id="sealed",
    title="Which of these comes back as it was?",
    notebook=NOTEBOOK,
    minutes=4,
    difficulty="gentle",
    teaches="You can say of a turn with thinking in it whether the API would take it back.",
    stub=STUB,
    reference=REFERENCE,
    cases=tuple(map(change_case, CHANGES)),
    hints=(
        "Ask two things of each. Is every block that is sent just as it came? And in the turn that "
        "is going on, is every block there?",
        "Changed is refused wherever it stands: B, C and I. Missing is refused as long as the turn "
        "goes on, whether one could read the block or not: D, F and G.",
        "The verdicts, with a reason for each:",
    ),
    module=__name__,
    in_build=False,
)


PARTS = (SEALED,)
