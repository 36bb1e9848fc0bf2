"""The letters of `whole_or_cut`, and the mistake that a wrong verdict on each shows."""

from helpers.lessons.common.letters import Letter, make_cases

__all__ = ["CASES", "LETTERS"]

LETTERS = (
    Letter(
        "A", "a call, then message_delta with stop_reason tool_use", 1, "distrusts-a-whole-call"
    ),
    Letter(
        "B",
        "a call that ends in the middle of a number, then max_tokens",
        0,
        "trusts-the-block-stop",
    ),
    Letter("C", "a call without arguments, then tool_use", 1, "empty-is-broken"),
    Letter("D", "two calls; max_tokens cuts the second", 1, "judges-the-whole-reply"),
    Letter(
        "E",
        "a call whose JSON is whole; the connection is lost right after its stop",
        0,
        "json-decides",
    ),
    Letter("F", "two whole calls, then tool_use", 2, "counts-one-call"),
)
CASES = make_cases("MAY_RUN", "reply", LETTERS)
