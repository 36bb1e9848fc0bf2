"""Notebook 07's short answer decides as the library does, and its exercise says what it shows."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import nbformat
from hypothesis import given
from hypothesis import strategies as st

from helpers import retry as recovery
from helpers.client import ErrorEvent, StatusError, StreamError, StreamStalled, StreamTruncated
from helpers.lessons.nb07_retries_and_timeouts.retry_or_not.checks import LETTERS
from helpers.lessons.refresh import NOTEBOOKS
from helpers.parts import retry as short

NOW = 1_800_000_000

types = st.sampled_from(
    [*short.RETRIED_TYPES, "invalid_request_error", "billing_error", "unknown_error"]
)
dates = st.integers(0, 4_000_000_000).map(
    lambda seconds: format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
)
asked = st.one_of(
    st.floats().map(str),
    st.integers(-100, 5000).map(str),
    dates,
    st.integers(NOW - 100, NOW + 100).map(
        lambda seconds: format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
    ),
    st.sampled_from(
        ["", "soon", "1e999", "Fri, 31 Dec 9999 23:59:59 GMT", "Sun Nov  6 08:49:37 2033"]
    ),
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": asked,
        "Retry-After-Ms": asked,
        "X-Should-Retry": st.sampled_from(["true", "false", "maybe"]),
    },
).map(httpx.Headers)
refusals = st.builds(StatusError, st.integers(400, 599), types, st.just("no"), headers)
failures = st.one_of(
    refusals,
    st.builds(ErrorEvent, types, st.just("no")),
    st.builds(StreamTruncated),
    st.builds(StreamStalled),
)


def read_error(error: StreamError) -> tuple[int, str, httpx.Headers]:
    match error:
        case StatusError():
            return error.status, error.type, httpx.Headers(error.headers)
        case ErrorEvent():
            return 200, error.type, httpx.Headers()
    return 0, "", httpx.Headers()


@given(failures, st.integers(1, 9), st.floats(0, 1))
def test_the_short_answer_waits_as_the_library_does(
    error: StreamError, attempt: int, random: float
) -> None:
    assert short.worth_retrying(*read_error(error)) == recovery.worth_retrying(error)
    patient = recovery.Recovery(attempts=short.ATTEMPTS)
    assert short.seconds_to_wait(
        attempt, *read_error(error), text_shown=False, random=random, now=NOW
    ) == patient.wait(error, attempt, random=random, wall_time=NOW)
    assert (
        short.seconds_to_wait(attempt, *read_error(error), text_shown=True, random=random, now=NOW)
        is None
    )


def test_the_failures_are_those_of_the_notebook() -> None:
    notebook = nbformat.read(NOTEBOOKS / "07_retries_and_timeouts.ipynb", as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    told = dict(re.findall(r"^- \*\*([A-J])\*\* (.*)$", prose, re.MULTILINE))
    assert {letter: words.replace("`", "") for letter, words in told.items()} == {
        verdict.letter: verdict.what for verdict in LETTERS
    }
