"""The letters of `does_it_raise`, and the mistake that a wrong verdict on each shows."""

from helpers.lessons.common.letters import Letter, make_cases

__all__ = ["CASES", "LETTERS"]

LETTERS = (
    Letter(
        "A",
        "Anthropic, messages.stream: the connection ends cleanly in mid-answer.",
        False,
        "trusts-the-end",
    ),
    Letter(
        "B", "Anthropic, messages.stream: an `error` event in mid-answer.", True, "expects-an-event"
    ),
    Letter(
        "C",
        "Anthropic, a timeout of 10 s: two minutes of only pings, then the rest.",
        False,
        "silence-with-pings",
    ),
    Letter(
        "D",
        "Anthropic, get_final_message: max_tokens, in the middle of a call's input.",
        False,
        "cut-json-would-break",
    ),
    Letter(
        "E",
        "Anthropic, create(stream=True): an event of a type that nobody knows.",
        False,
        "fears-strangers",
    ),
    Letter(
        "F",
        "Anthropic, tool_runner: one of your tools raises ValueError.",
        False,
        "a-tool-ends-the-run",
    ),
    Letter(
        "G",
        "OpenAI, chat.completions.create(stream=True): the stream ends without [DONE].",
        False,
        "done-is-required",
    ),
    Letter(
        "H",
        "OpenAI, responses.create(stream=True): an `error` event in mid-answer.",
        False,
        "one-rule-for-all",
    ),
    Letter(
        "I",
        "OpenAI, chat.completions.stream(), get_final_completion: finish_reason is `length`.",
        True,
        "helpers-never-check",
    ),
)
CASES = make_cases("RAISES", "situation", LETTERS)
