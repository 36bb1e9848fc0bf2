from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

TRANSIENT = {"overloaded_error", "api_error", "rate_limit_error", "timeout_error", ""}


def worth_retrying(status, type, headers):
    match headers.get("x-should-retry"), status:
        case "true", _:
            return True
        case "false", _:
            return False
        case _, 0 | 200:
            return type in TRANSIENT
        case _, 408 | 409 | 429:
            return True
    return status >= 500


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def until(text, now):
    try:
        return (parsedate_to_datetime(text) - datetime.fromtimestamp(now, timezone.utc)).total_seconds()
    except (TypeError, ValueError):
        return None


def retry_after(headers, now):
    milliseconds = number(headers.get("retry-after-ms"))
    seconds = milliseconds / 1000 if milliseconds is not None else None
    if seconds is None:
        seconds = number(headers.get("retry-after"))
    if seconds is None:
        seconds = until(headers.get("retry-after"), now)
    if seconds is None or not seconds > 0:
        return None
    return seconds


def seconds_to_wait(attempt, status, type, headers, *, text_shown, random, now):
    if text_shown:
        return None
    if attempt > 6:
        return None
    if not worth_retrying(status, type, headers):
        return None
    wanted = retry_after(headers, now)
    if wanted is None:
        wait = [0.5, 1, 2, 4, 8, 8][attempt - 1]
        return wait * 0.75 + wait * 0.25 * (1 - random)
    if wanted > 60:
        return None
    return wanted
