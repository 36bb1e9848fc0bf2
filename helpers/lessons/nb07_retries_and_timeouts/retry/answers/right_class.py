import email.utils
from dataclasses import dataclass


@dataclass
class Backoff:
    first: float = 0.5
    factor: float = 2.0
    longest: float = 8.0
    jitter: float = 0.25

    def __call__(self, attempt, random):
        wait = self.first
        for _ in range(attempt - 1):
            wait = min(wait * self.factor, self.longest)
        return wait - wait * self.jitter * random


def worth_retrying(status, type, headers):
    said = headers.get("X-Should-Retry", "").lower()
    if said in ("true", "false"):
        return said == "true"
    if not status or status == 200:
        return not type or type.split("_")[0] in ("overloaded", "api", "rate", "timeout")
    return status // 100 == 5 or status in [408, 409, 429]


def retry_after(headers, now):
    readers = [
        lambda: float(headers["Retry-After-Ms"]) / 1000,
        lambda: float(headers["Retry-After"]),
        lambda: email.utils.mktime_tz(email.utils.parsedate_tz(headers["Retry-After"])) - now,
    ]
    for read in readers:
        try:
            seconds = read()
        except Exception:
            continue
        return seconds if seconds > 0 else None


def seconds_to_wait(attempt, status, type, headers, *, text_shown, random, now):
    if attempt < 7 and not text_shown and worth_retrying(status, type, headers):
        seconds = retry_after(headers, now) or Backoff()(attempt, random)
        if seconds <= 60:
            return seconds
