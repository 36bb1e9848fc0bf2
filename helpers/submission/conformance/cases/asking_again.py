"""Failures: which ones pass, how long to wait, and what a person is told."""

from helpers.submission.conformance.cases.registry import case
from helpers.submission.conformance.harness import Harness, Run, error
from helpers.submission.conformance.wire_events import encoded, start

__all__: list[str] = []  # the registry has them

MORE = 1.1  # times the wait before; doubling it, less some chance, is usual


def check_same(run: Run, count: int) -> None:
    """Look whether the same request was sent so many times.

    Raises:
        Failed: it wasn't.
    """
    if len(run.asked) != count:
        run.fail(f"it sent {run.count_requests()}", f"{count}: the same one again")
    if any(exchange.json != run.asked[0].json for exchange in run.asked):
        run.fail("it asked again, but for something else", "the same request once more")


def check_sentence(run: Run, code: int, words: str) -> None:
    """Look whether a failure was told in a sentence.

    Raises:
        Failed: it wasn't.
    """
    if len(run.asked) != 1:
        run.fail(f"it sent {run.count_requests()}", "one")
    if code == 0:
        run.fail("it ended with 0", "another exit code: there was no answer")
    if "Traceback" in run.agent.err:
        run.fail("it ended with a traceback", "a sentence")
    if words not in run.agent.err + run.agent.out:
        run.fail("nothing says why", f"the API's own word, {words!r}")


@case(
    "retries",
    "asks again when the API is busy for a moment",
    "An overload is soon over, but an answer that never came is lost.",
)
async def retries(harness: Harness) -> None:
    status, type = harness.values.choice(
        [(529, "overloaded_error"), (500, "api_error"), (503, "api_error")]
    )
    last = harness.values.word()
    harness.sent = f"an HTTP {status}, then the answer"
    async with harness.run([harness.refuses(status, type, "busy"), harness.says(last)]) as run:
        await run.finish()
        check_same(run, 2)
        await run.expect_answer()
        run.must_show({last: "in the second answer"})


@case(
    "patience",
    "is patient with two failures in a row, and waits longer the second time",
    "A client that asks again at a fixed pace keeps a busy server busy.",
    waits=True,
)
async def patience(harness: Harness) -> None:
    kinds = [(429, "rate_limit_error"), (529, "overloaded_error"), (500, "api_error")]
    chosen = harness.values.sample(kinds, 2)
    last = harness.values.word()
    harness.sent = f"an HTTP {chosen[0][0]}, an HTTP {chosen[1][0]}, then the answer"
    failures = [harness.refuses(status, type, "busy") for status, type in chosen]
    async with harness.run([*failures, harness.says(last)]) as run:
        await run.finish()
        check_same(run, 3)
        first, second = (
            later.at - (earlier.answered or earlier.at)
            for earlier, later in zip(run.asked[:2], run.asked[1:], strict=True)
        )
        if second < MORE * first:
            run.fail(
                f"it waited {first:.2f} s, then {second:.2f} s",
                "a second wait that is clearly longer",
            )
        await run.expect_answer()
        run.must_show({last: "in the third answer"})


@case(
    "retry_after",
    "waits as long as Retry-After says",
    "A client that asks again too early makes it worse, and the server refuses it again.",
    waits=True,
)
async def retry_after(harness: Harness) -> None:
    seconds = harness.values.choice([2, 3])
    last = harness.values.word()
    harness.sent = f"an HTTP 429 with retry-after: {seconds}, then the answer"
    busy = harness.refuses(429, "rate_limit_error", "busy", {"retry-after": str(seconds)})
    async with harness.run([busy, harness.says(last)]) as run:
        await run.finish(seconds)
        check_same(run, 2)
        waited = run.asked[1].at - run.asked[0].at
        if waited < seconds - 0.05:
            run.fail(f"it asked again after {waited:.2f} s", f"at least {seconds} s")
        run.must_show({last: "in the second answer"})


@case(
    "no_vain_retries",
    "gives up at once if another try can't help, and says why",
    "A wrong key stays wrong; a person wants to know.",
)
async def no_vain_retries(harness: Harness) -> None:
    status, type = harness.values.choice(
        [(400, "invalid_request_error"), (401, "authentication_error"), (403, "permission_error")]
    )
    words = harness.values.word()
    harness.sent = f"an HTTP {status} that says {words!r}"
    async with harness.run([harness.refuses(status, type, words)] * 8) as run:
        check_sentence(run, await run.finish(), words)


@case(
    "overloaded_mid_stream",
    "asks again after an error inside the stream, while nothing was shown",
    "An overload comes inside a 200 as well.",
)
async def overloaded_mid_stream(harness: Harness) -> None:
    last = harness.values.word()
    broken = encoded([start(harness.values), {"type": "ping"}, error("overloaded_error", "busy")])
    harness.sent = "a stream that holds message_start and overloaded_error, then the answer"
    async with harness.run([harness.sends([broken]), harness.says(last)]) as run:
        await run.finish()
        check_same(run, 2)
        await run.expect_answer()
        run.must_show({last: "in the second answer"})


@case(
    "error_in_stream",
    "reports an error inside the stream that a retry can't solve, and asks no more",
    "The server sent the 200 before it knew of the error; the same request fails again.",
)
async def error_in_stream(harness: Harness) -> None:
    words = harness.values.word()
    data = encoded([start(harness.values), error("invalid_request_error", words)])
    harness.sent = f"a stream that holds message_start and invalid_request_error, {words!r}"
    async with harness.run([harness.sends([data])] * 8) as run:
        check_sentence(run, await run.finish(), words)
