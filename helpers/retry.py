"""When an answer fails: what is worth another try, how long to wait, when to give up.

Nothing here sends or waits for anything by itself: it decides. Retries repeat a request
that has cost money and may have run tools, so each rule errs towards not repeating.

The part `retry` (helpers/parts/retry.py) says which statuses and types are worth it, what a
server asks for, and how waits grow. What this adds: a patience that can be set, errors by
their names, and a watchdog for answers that fall silent.
"""

from dataclasses import dataclass
from typing import Any, Literal

import httpx

from helpers.client import (
    ConnectFailed,
    ErrorEvent,
    Event,
    StatusError,
    StreamError,
    StreamStalled,
    StreamTruncated,
)
from helpers.clock import Clock
from helpers.parts import retry as part
from helpers.parts.retry import (
    FIRST_WAIT,
    LONGEST_RETRY_AFTER,
    LONGEST_WAIT,
    RETRIED_TYPES,
    backoff,
    retry_after,
)

__all__ = ["Recovery", "Watchdog", "worth_retrying"]

CONNECT_SECONDS = 5.0  # also for a free place in the connection pool


@dataclass(frozen=True)
class Recovery:
    """How patient a client is. All times are in seconds.

    Attributes:
        attempts: requests for one turn, the first one included.
        first_wait: before the second attempt; each further wait is twice as long.
        longest_wait: where that doubling ends.
        longest_retry_after: a server that asks for a longer wait than this gets none:
            the turn fails at once, and the person can decide.
        idle: silence after which an answer is given up; pings don't break it.
        pings_count: let pings and comments break the silence, for models that think for long.
        total: how long one answer may take altogether.
        after_text: what to do when an answer fails whose text was shown already:
            "stop"; "restart" the turn, which shows other text; or "continue" the text.
    """

    attempts: int = 4
    first_wait: float = FIRST_WAIT
    longest_wait: float = LONGEST_WAIT
    longest_retry_after: float = LONGEST_RETRY_AFTER
    idle: float = 60.0
    pings_count: bool = False
    total: float = 600.0
    after_text: Literal["stop", "restart", "continue"] = "stop"

    def wait(
        self, error: StreamError, attempt: int, *, random: float, wall_time: float
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up.

        Args:
            attempt: the number of the attempt that failed, from 1.
            random: a number from 0 to 1, so that clients don't come back all at once.
            wall_time: seconds since 1970, to read a date in Retry-After.
        """
        if attempt >= self.attempts or not worth_retrying(error):
            return None
        headers = error.headers if isinstance(error, StatusError) else {}
        asked = retry_after(headers, wall_time)
        if asked is not None:
            return asked if asked <= self.longest_retry_after else None
        return backoff(attempt, random, self.first_wait, self.longest_wait)

    def client_options(self) -> dict[str, Any]:
        """Return timeouts and pool limits for an httpx client.

        httpx's read timeout only sees silence between bytes, which pings break; the
        Watchdog sees the rest.
        """
        return {
            "timeout": httpx.Timeout(self.idle, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
            "limits": httpx.Limits(max_connections=20, max_keepalive_connections=10),
        }


def worth_retrying(error: StreamError) -> bool:
    """Say whether the same request may succeed a moment later."""
    match error:
        case StatusError(status=status, headers=headers):
            return part.worth_retrying(status, error.type, headers)
        case ErrorEvent(type=type):
            return type in RETRIED_TYPES
        case ConnectFailed() | StreamTruncated() | StreamStalled():
            return True
    return False  # what isn't the protocol won't become it


class Watchdog:
    """Give up an answer that brings nothing for too long, or never ends.

    Args:
        clock: measures the time.
        recovery: how long is too long.
    """

    def __init__(self, clock: Clock, recovery: Recovery) -> None:
        self._clock = clock
        self._recovery = recovery
        self._last = self._begun = clock.now()

    def saw(self, event: Event) -> None:
        """Take note of an event. A ping shows that the server lives, not the answer."""
        if event["type"] != "ping" or self._recovery.pings_count:
            self._last = self._clock.now()

    async def bark(self) -> None:
        """Wait until the time is up.

        Raises:
            StreamStalled: it was silent for too long, or took too long altogether.
        """
        idle, total = self._recovery.idle, self._recovery.total
        end = self._begun + total
        while True:
            last = self._last
            await self._clock.sleep(min(end, last + idle) - self._clock.now())
            if end <= last + idle:
                raise StreamStalled(f"the answer was not complete after {total:g} seconds")
            # Nothing new meanwhile. (Comparing times again might miss by a rounding error.)
            if last == self._last:
                raise StreamStalled(f"the answer brought nothing new for {idle:g} seconds")
