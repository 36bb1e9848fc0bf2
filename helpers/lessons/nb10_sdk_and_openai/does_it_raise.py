"""Notebook 10: which failures an SDK raises, and which it keeps to itself."""

from typing import NamedTuple

from helpers.lessons.checking.part import Case, Part
from helpers.lessons.common.verdicts import verdict_case

__all__ = ["PARTS"]

NOTEBOOK = "10_sdk_and_openai"


RAISES_STUB = """\
RAISES = {
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

RAISES_REFERENCE = """\
RAISES = {
    "A": False,  # the loop ends as it would at the end of the answer; stop_reason is None
    "B": True,  # APIStatusError, with a status_code of 200
    "C": False,  # its time limit is for silence, and a ping is none
    "D": False,  # the input is an object, with what came before the cut
    "E": False,  # it is given, as an object of a class that it doesn't belong to
    "F": False,  # the model is told about it
    "G": False,  # the loop ends; finish_reason never came
    "H": False,  # it is an event, and you have to look for it
    "I": True,  # LengthFinishReasonError: this helper checks
}
"""


class Situation(NamedTuple):
    """One line of the exercise: what happens, whether the SDK raises, and a mistake."""

    letter: str
    what: str
    raises: bool
    id: str
    looks_like: str
    try_next: str


SITUATIONS = (
    Situation(
        "A",
        "Anthropic, messages.stream: the connection ends cleanly in mid-answer.",
        False,
        "trusts-the-end",
        "an end that would be noticed; a connection that closes in good order looks like one",
        "Look at the first line of the table of faults.",
    ),
    Situation(
        "B",
        "Anthropic, messages.stream: an `error` event in mid-answer.",
        True,
        "expects-an-event",
        "an error taken for an event that one has to look for: this SDK raises it",
        "Look at the second line of the table of faults.",
    ),
    Situation(
        "C",
        "Anthropic, a timeout of 10 s: two minutes of nothing but pings, then the rest.",
        False,
        "silence-with-pings",
        "two minutes taken for silence: what is measured is the time between any two bytes, and "
        "a ping is bytes",
        "Notebook 07 has tried this. What did the socket see?",
    ),
    Situation(
        "D",
        "Anthropic, get_final_message: max_tokens, in the middle of a call's input.",
        False,
        "cut-json-would-break",
        "a cut input that would not parse; this parser is one for JSON that isn't over",
        "Look at what `.input` was when 14 tokens were all that there were.",
    ),
    Situation(
        "E",
        "Anthropic, create(stream=True): an event of a type that nobody knows.",
        False,
        "fears-strangers",
        "a stranger taken for a failure; the protocol says that there will be some",
        "Look at what became of `future_event`.",
    ),
    Situation(
        "F",
        "Anthropic, tool_runner: one of your tools raises ValueError.",
        False,
        "a-tool-ends-the-run",
        "a tool's failure that ends the run; it is the model that can do something about it",
        "Read again what the runner does for you.",
    ),
    Situation(
        "G",
        "OpenAI, chat.completions.create(stream=True): the stream ends without [DONE].",
        False,
        "done-is-required",
        "an end mark that somebody waits for; the SDK stops at it, and at any other end, too",
        "Look at the first line of the table of faults, further to the right.",
    ),
    Situation(
        "H",
        "OpenAI, responses.create(stream=True): an `error` event in mid-answer.",
        False,
        "one-rule-for-all",
        "what is right for chat completions, taken for the rule of both: here the error is an "
        "event, and the loop ends after it",
        "Look at the second line of the table of faults, at its last column.",
    ),
    Situation(
        "I",
        "OpenAI, chat.completions.stream(), get_final_completion: finish_reason is `length`.",
        True,
        "helpers-never-check",
        "a helper that lets everything pass; of all that were tried here, this one checks",
        "Look at what OpenAI's helper said to the cut call.",
    ),
)


def situation_case(situation: Situation) -> Case:
    """A case that asks for one letter."""
    return verdict_case(
        "RAISES",
        "situation",
        situation.letter,
        situation.what,
        situation.raises,
        mistake=(situation.id, situation.looks_like, situation.try_next),
        how="Write True if the SDK raises, False if it doesn't.",
    )


DOES_IT_RAISE = Part(
    id="does_it_raise",
    title="Does it raise?",
    notebook=NOTEBOOK,
    minutes=4,
    difficulty="gentle",
    teaches="You know which failures an SDK tells you of, and which you have to look for.",
    stub=RAISES_STUB,
    reference=RAISES_REFERENCE,
    cases=tuple(map(situation_case, SITUATIONS)),
    hints=(
        "Each of these has happened above, in a cell with an output. Find the cell, and look.",
        "What comes as bytes that nobody expected, or doesn't come, raises nothing. Two of the "
        "nine raise.",
        "The verdicts, with a reason for each:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (DOES_IT_RAISE,)
