"""When a request has failed: whether to ask again, and how long to wait first."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime

ATTEMPTS = 7  # requests for one answer, the first one included
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0  # in seconds; in between, each wait is twice the one before
LONGEST_RETRY_AFTER = 60.0  # in seconds; who is asked to wait longer gives up and says so

RETRIED_STATUSES = (408, 409, 429)  # and all from 500 up, 529 among them
RETRIED_TYPES = ("overloaded_error", "api_error", "rate_limit_error", "timeout_error")


def worth_retrying(status: int, type: str, headers: Mapping[str, str]) -> bool:
    """Say whether the same request may succeed a moment later."""
    wish = headers.get("x-should-retry")
    if wish in ("true", "false"):  # the server knows best
        return wish == "true"
    if status in (0, 200):  # none came, or it came before anybody knew
        return type in RETRIED_TYPES or not type
    return status in RETRIED_STATUSES or status >= 500


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a server asks to wait; None if it asks for none."""
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
    doubled: float = FIRST_WAIT * 2 ** (attempt - 1)
    return min(doubled, LONGEST_WAIT) * (1 - 0.25 * random)
