# looks like: a header treated as a truth value: the text "false" is true in Python, as is any text
#   that isn't empty
# try next: Compare the text: `== "true"`, `== "false"`.
from email.utils import parsedate_to_datetime

ATTEMPTS = 7


def worth_retrying(status, type, headers):
    if headers.get("x-should-retry"):
        return True
    if status in (0, 200):
        return type in ("", "overloaded_error", "api_error", "rate_limit_error", "timeout_error")
    return status in (408, 409, 429) or status >= 500


def retry_after(headers, now):
    seconds = None
    try:
        seconds = float(headers["retry-after-ms"]) / 1000
    except (KeyError, ValueError):
        text = headers.get("retry-after", "")
        try:
            seconds = float(text)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(text).timestamp() - now
            except ValueError:
                return None
    return seconds if seconds > 0 else None


def seconds_to_wait(attempt, status, type, headers, *, text_shown, random, now):
    if text_shown or attempt >= ATTEMPTS:
        return None
    if not worth_retrying(status, type, headers):
        return None
    asked = retry_after(headers, now)
    if asked is not None:
        return asked if asked <= 60 else None
    return min(0.5 * 2 ** (attempt - 1), 8) * (1 - random / 4)
