ATTEMPTS = 7  # requests for one answer, the first one included


def worth_retrying(status, type, headers):
    """Say whether the same request may succeed a moment later.

    status: of the HTTP answer; 0 if none came. 200 if the failure came after it.
    type: the API's name for the error; "" if nobody gave one (the connection was lost).
    headers: of the HTTP answer; `headers.get(name)` ignores upper and lower case.
    """
    ...


def retry_after(headers, now):
    """Return the seconds that a server asks to wait; None if it asks for none.

    It may do so by `retry-after-ms`, and by `retry-after` in seconds or as a date.
    now: seconds since 1970.
    """
    ...


def seconds_to_wait(attempt, status, type, headers, *, text_shown, random, now):
    """Return the seconds to wait before the next attempt, or None to give up.

    If the server asks for a wait, use it; if it is longer than a minute, give up. If the
    server asks for none, wait 0.5 s after the first attempt. Double the wait after each
    further attempt, up to 8 s. Then make it shorter, by up to a quarter. If text was shown,
    give up.
    attempt: how many were made, from 1.
    random: a number from 0 to 1. It says how much of this quarter to subtract.
    """
    ...
