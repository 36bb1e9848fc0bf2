"""The letters of `retry_or_not`, and the mistake that a wrong verdict on each shows."""

from helpers.lessons.common.letters import Letter, make_cases

__all__ = ["CASES", "LETTERS"]

LETTERS = (
    Letter("A", "status 529, overloaded_error", True, "gives-up-on-overload"),
    Letter("B", "status 400, invalid_request_error", False, "retries-400"),
    Letter("C", "status 429, rate_limit_error, retry-after: 2", True, "gives-up-on-limits"),
    Letter(
        "D", "status 429, rate_limit_error, x-should-retry: false", False, "decides-by-status-alone"
    ),
    Letter("E", "status 401, authentication_error", False, "retries-refusals"),
    Letter(
        "F",
        "status 200, then an error event, overloaded_error, before any text",
        True,
        "trusts-the-200",
    ),
    Letter(
        "G",
        "status 200, half a sentence on the screen, then the connection is lost",
        False,
        "retries-after-text",
    ),
    Letter("H", "no status: the connection was refused", True, "gives-up-on-connections"),
    Letter(
        "I",
        "a tool that pays a bill; no answer came within its time limit",
        False,
        "repeats-a-payment",
    ),
    Letter(
        "J",
        "the same, and each call carries an idempotency key that names this payment",
        True,
        "forgets-the-key",
    ),
)
CASES = make_cases("ASK_AGAIN", "failure", LETTERS)
