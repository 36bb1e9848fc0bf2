"""When a request has failed: whether to ask again, and how long to wait first; the part `retry`.

helpers/retry.py goes by these rules, too, with a patience that can be set.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime

__all__ = ["ATTEMPTS", "backoff", "retry_after", "seconds_to_wait", "worth_retrying"]

ATTEMPTS = 7  # requests for one answer, the first one included
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0  # in seconds; in between, each wait is twice the one before
LONGEST_RETRY_AFTER = 60.0  # in seconds; who is asked to wait longer gives up and says so

# Timeouts and conflicts, too many requests; and everything from 500 up, 529 included.
RETRIED_STATUSES = (408, 409, 429)
# Errors after the 200 have no status: their type says the same.
RETRIED_TYPES = (
    *("overloaded_error", "api_error", "rate_limit_error", "timeout_error", "conflict_error"),
)


def worth_retrying(status: int, type: str, headers: Mapping[str, str]) -> bool:
    """Say whether the same request may succeed a moment later."""
    wish = headers.get("x-should-retry")
    if wish in ("true", "false"):  # the server knows best
        return wish == "true"
    if status in (0, 200):  # none came, or it came before anybody knew
        return type in RETRIED_TYPES or not type
    return status in RETRIED_STATUSES or status >= 500


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a server asks to wait; None if it asks for none.

    Source: RFC 9110, section 10.2.3 (seconds, or a date), and the retry-after-ms of the
    API's own clients.
    """
    for name, in_a_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        with suppress(ValueError):
            seconds = float(headers.get(name, "")) / in_a_second
            if seconds > 0:  # NaN isn't, nor is a wait that is over
                return seconds
    with suppress(ValueError, OverflowError):  # some dates are beyond all calendars
        date = parsedate_to_datetime(headers.get("retry-after", ""))
        date = date if date.tzinfo else date.replace(tzinfo=UTC)  # HTTP knows no other zone
        seconds = date.timestamp() - now
        return seconds if seconds > 0 else None
    return None


def seconds_to_wait(
    attempt: int,
    status: int,
    type: str,
    headers: Mapping[str, str],
    *,
    text_shown: bool,
    random: float,
    now: float,
) -> float | None:
    """Return the seconds to wait before the next attempt, or None to give up."""
    if text_shown or attempt >= ATTEMPTS or not worth_retrying(status, type, headers):
        return None
    asked = retry_after(headers, now)
    if asked is not None:
        return asked if asked <= LONGEST_RETRY_AFTER else None
    return backoff(attempt, random)


def backoff(
    attempt: int, random: float, first: float = FIRST_WAIT, longest: float = LONGEST_WAIT
) -> float:
    """Return the seconds to wait after a failed attempt: doubling, with jitter.

    Jitter takes up to a quarter off, so that clients that failed together don't come
    back together.
    """
    doubled: float = first * 2.0 ** min(attempt - 1, 60)  # no float overflows at 2 ** 60
    return min(doubled, longest) * (1 - 0.25 * random)
