"""What is tried with `poisoned`, and what its mistakes are recognised by."""

from typing import NamedTuple

from helpers.lessons.common.events import Block, Message
from helpers.lessons.common.letters import Letter, make_cases
from helpers.lessons.nb06_edge_cases.blocks import call, text, thinking

__all__ = ["CASES", "HISTORIES", "History"]


def result(id: str, content: str = "31 °C and sunny") -> Block:
    """What the learner's tool gave back."""
    return {"type": "tool_result", "tool_use_id": id, "content": content}


ASK: Message = {"role": "user", "content": "What's the weather in Lagos?"}
NEXT: Message = {"role": "user", "content": "And now?"}
CALLED = "toolu_01"


def assistant(*content: Block) -> Message:
    """A message of the assistant's."""
    return {"role": "assistant", "content": list(content)}


def user(*content: Block) -> Message:
    """A message of the user's."""
    return {"role": "user", "content": list(content)}


class History(NamedTuple):
    """One history of the exercise: what is in it, whether it is refused, and its mistake."""

    letter: str
    what: str
    messages: list[Message]
    refused: bool
    mistake: str


HISTORIES = (
    History(
        "A",
        "a question, an answer that ends in the middle of a word, the next question",
        [ASK, assistant(text("The weather in La")), NEXT],
        False,
        "fears-cut-text",
    ),
    History(
        "B",
        "a question, an answer with a call in it, the next question",
        [ASK, assistant(text("Let me look."), call(CALLED)), NEXT],
        True,
        "leaves-a-call-open",
    ),
    History(
        "C",
        "a question, a call, and one message: the call's result first, then the next question",
        [ASK, assistant(call(CALLED)), user(result(CALLED), text("And now?"))],
        False,
        "fears-text-after-results",
    ),
    History(
        "D",
        "the same, with the question in front of the result",
        [ASK, assistant(call(CALLED)), user(text("And now?"), result(CALLED))],
        True,
        "text-before-results",
    ),
    History(
        "E",
        "a question, thinking without a signature and some text, the next question",
        [ASK, assistant(thinking("A question of rain", ""), text("Let me")), NEXT],
        True,
        "forges-thinking",
    ),
    History(
        "F",
        "a question, an answer without any block, the next question",
        [ASK, assistant(), NEXT],
        True,
        "keeps-an-empty-turn",
    ),
    History(
        "G",
        "a question, an answer whose call was dropped, a message with the result of the call",
        [ASK, assistant(text("Let me look.")), user(result(CALLED))],
        True,
        "drops-one-of-two",
    ),
    History(
        "H",
        "a question, and the same question once more: the whole answer was dropped",
        [ASK, ASK],
        False,
        "fears-two-in-a-row",
    ),
    History(
        "I",
        "a question, and the half answer as the last message, which the model should continue",
        [ASK, assistant(text("The weather in La"))],
        True,
        "trusts-prefill",
    ),
)


CASES = make_cases(
    "REFUSED",
    "history",
    [Letter(one.letter, one.what, one.refused, one.mistake) for one in HISTORIES],
)
