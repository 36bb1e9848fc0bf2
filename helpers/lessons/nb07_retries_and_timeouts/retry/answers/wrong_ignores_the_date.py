# looks like: a date that is treated as a number, or not read at all
# try next: Where `float` raises a ValueError, try `email.utils.parsedate_to_datetime`, and take
#   `now` from its `.timestamp()`.
from email.utils import parsedate_to_datetime

ATTEMPTS = 7


def worth_retrying(status, type, headers):
    wish = headers.get("x-should-retry")
    if wish == "true":
        return True
    if wish == "false":
        return False
    if status in (0, 200):
        return type in ("", "overloaded_error", "api_error", "rate_limit_error", "timeout_error")
    return status in (408, 409, 429) or status >= 500


def retry_after(headers, now):
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            return float(headers[name]) / unit
        except (KeyError, ValueError):
            pass
    return None


def seconds_to_wait(attempt, status, type, headers, *, text_shown, random, now):
    if text_shown or attempt >= ATTEMPTS:
        return None
    if not worth_retrying(status, type, headers):
        return None
    asked = retry_after(headers, now)
    if asked is not None:
        return asked if asked <= 60 else None
    return min(0.5 * 2 ** (attempt - 1), 8) * (1 - random / 4)
