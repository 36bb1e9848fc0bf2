"""Cases of `retry`: whether."""

from collections.abc import Mapping

import httpx

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.nb07_retries_and_timeouts.retry.checks.harness import Failure, case


def whether(
    name: str, why: str, failures: Mapping[Failure, bool], *mistakes: Misconception
) -> Case:
    """A case that asks for verdicts on some failures."""

    def run(my: Namespace) -> object:
        verdicts = {
            str(failure): my.worth_retrying(
                failure.status, failure.type, httpx.Headers(failure.headers)
            )
            for failure in failures
        }
        # A single verdict is given as it is, so that a missing `return` is seen for what it is.
        return verdicts if len(verdicts) > 1 else next(iter(verdicts.values()))

    code = "\n".join(
        f"worth_retrying({failure.status}, {failure.type!r}, {dict(failure.headers)})"
        for failure in failures
    )
    expected = {str(failure): again for failure, again in failures.items()}
    only = next(iter(expected.values()))
    return case(name, why, code, run, expected if len(expected) > 1 else only, *mistakes)


def says(out: Outcome, verdict: bool) -> bool:
    """Whether one of the verdicts came out like this, against what was expected."""
    if isinstance(out.returned, dict):
        return any(
            out.returned[key] is verdict and right is not verdict
            for key, right in out.expected.items()
        )
    return out.returned is verdict


WHETHER = (
    whether(
        "overloaded",
        "A busy API answers with its own status, 529.",
        {Failure(529, "overloaded_error"): True},
        Misconception(
            id="misses-529",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "a server that breaks",
        "The cause can be a bug, a restart, or a proxy whose server is down.",
        {Failure(500, "api_error"): True, Failure(502): True, Failure(503): True}
        | {Failure(504, "timeout_error"): True},
        Misconception(
            id="retries-only-when-busy",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "a limit",
        "Programs reach limits every day. Many limits end after a minute.",
        {Failure(429, "rate_limit_error"): True},
        Misconception(
            id="gives-up-at-429",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "two that go away",
        "The server waited too long for the request, or two requests collided.",
        {Failure(408): True, Failure(409, "conflict_error"): True},
        Misconception(
            id="forgets-408-and-409",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "a request that is wrong",
        "A tool result that is missing, a model that doesn't exist, a body of 40 MB.",
        {Failure(400, "invalid_request_error"): False, Failure(404, "not_found_error"): False}
        | {Failure(413, "request_too_large"): False, Failure(422): False},
        Misconception(
            id="retries-400",
            matches=lambda out: says(out, True),
        ),
    ),
    whether(
        "a request that is refused",
        "A key that has expired, an empty account, or no permission.",
        {Failure(401, "authentication_error"): False, Failure(402, "billing_error"): False}
        | {Failure(403, "permission_error"): False},
        Misconception(
            id="retries-refusals",
            matches=lambda out: says(out, True),
        ),
    ),
    whether(
        "a connection that was lost",
        "No status came: nobody listened at the address, or the connection broke.",
        {Failure(0): True, Failure(200): True},
        Misconception(
            id="gives-up-without-a-status",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "an error after the 200",
        "The server sent the status before it knew of the failure.",
        {Failure(200, "overloaded_error"): True, Failure(200, "api_error"): True}
        | {Failure(200, "rate_limit_error"): True, Failure(200, "timeout_error"): True},
        Misconception(
            id="goes-by-the-status-alone",
            matches=lambda out: says(out, False),
        ),
    ),
    whether(
        "other errors after the 200",
        "The API may also report a wrong request late.",
        {Failure(200, "invalid_request_error"): False, Failure(200, "billing_error"): False},
        Misconception(
            id="retries-every-error-event",
            matches=lambda out: says(out, True),
        ),
    ),
    whether(
        "the server's own word",
        "The server knows which limit it was, and when it ends.",
        {Failure(429, "rate_limit_error", {"X-Should-Retry": "false"}): False}
        | {Failure(400, "invalid_request_error", {"X-Should-Retry": "true"}): True}
        | {Failure(400, "invalid_request_error", {"X-Should-Retry": "false"}): False},
        Misconception(
            id="ignores-x-should-retry",
            matches=lambda out: list(out.returned.values()) == [True, False, False],
        ),
        Misconception(
            id="header-is-truthy",
            matches=lambda out: list(out.returned.values()) == [True, True, True],
        ),
        Misconception(
            id="hears-only-no",
            matches=lambda out: list(out.returned.values()) == [False, False, False],
        ),
        Misconception(
            id="hears-only-yes",
            matches=lambda out: list(out.returned.values()) == [True, True, False],
        ),
    ),
)
