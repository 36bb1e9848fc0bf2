"""How often a code may be guessed."""

from collections import deque

__all__ = ["Guard"]

SECONDS = 60.0
MOST_OF_ONE = 10  # wrong codes from one address in that time
MOST_OF_ALL = 100


class Guard:
    """Counts wrong codes, and says when nobody may try any more."""

    def __init__(self) -> None:
        self._wrong: deque[tuple[float, str]] = deque()

    def wrong(self, peer: str, now: float) -> None:
        """Note that somebody gave a wrong code."""
        self._wrong.append((now, peer))

    def is_shut(self, peer: str, now: float) -> bool:
        """Say whether this address has to wait."""
        while self._wrong and now - self._wrong[0][0] > SECONDS:
            self._wrong.popleft()
        of_one = sum(who == peer for _, who in self._wrong)
        return of_one >= MOST_OF_ONE or len(self._wrong) >= MOST_OF_ALL
