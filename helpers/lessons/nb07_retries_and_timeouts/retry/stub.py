ATTEMPTS = 7  # requests for one answer, the first one included


def worth_retrying(status, type, headers):
    """Say whether the same request may succeed a moment later.

    status: of the HTTP answer; 0 if none came. 200 if the failure came after it.
    type: the API's name for the error; "" if nobody gave one (the connection was lost).
    headers: of the HTTP answer; `headers.get(name)` finds a name in any case.
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

    What the server asks for, but not more than a minute: then give up. Else 0.5 s
    after the first attempt, twice as long after each further one, 8 s at most; and up to
    a quarter of that taken off. Never again after text was shown.
    attempt: how many were made, from 1.
    random: a number from 0 to 1: how much of that quarter.
    """
    ...
