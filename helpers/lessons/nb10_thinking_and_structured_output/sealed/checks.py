"""The letters of `sealed`, and the mistake that a wrong verdict on each shows."""

from helpers.lessons.common.letters import Letter, make_cases

__all__ = ["CASES", "LETTERS"]

LETTERS = (
    Letter("A", "nothing is changed: all blocks as they came", False, "fears-thinking"),
    Letter(
        "B",
        "the thinking is cut to its first ten words, to save tokens; the signature stays",
        True,
        "shortens-thinking",
    ),
    Letter(
        "C", "the thinking stays, and its signature is an empty string", True, "drops-the-signature"
    ),
    Letter(
        "D",
        "the thinking is left out; the text, the call and its result stay",
        True,
        "drops-thinking-of-this-turn",
    ),
    Letter(
        "E",
        "the thinking was omitted, so its text is empty; it is sent as it came",
        False,
        "fears-empty-thinking",
    ),
    Letter(
        "F", "the same block, left out because there is nothing in it", True, "drops-empty-thinking"
    ),
    Letter(
        "G",
        "a `redacted_thinking` block before the call is left out, since nobody can read it",
        True,
        "drops-redacted-thinking",
    ),
    Letter(
        "H",
        "the turn is over, the user has asked something new; its thinking is left out",
        False,
        "keeps-all-thinking",
    ),
    Letter(
        "I",
        "the turn is over, the user has asked something new; its thinking is sent, shortened",
        True,
        "edits-old-thinking",
    ),
)
CASES = make_cases("REFUSED", "turn", LETTERS)
