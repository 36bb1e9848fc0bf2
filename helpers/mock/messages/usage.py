"""What a request costs to read: tokens that are fresh, and those of the prompt cache.

The cache here has no memory, so that the same request always gets the same answer. What would
be in it follows from the conversation alone: if the assistant has spoken already, an earlier
request held everything before its last message, marked as this one is. That much is read; what
comes after it, up to the last cache_control, is written. So the first request of a
conversation writes and each later one reads what the one before it wrote.
"""

from typing import Any, NamedTuple

from . import tokens

# A shorter prompt is not cached, whatever it marks. The limit depends on the model (1,024 to
# 4,096 tokens are documented, for the newest models nothing is); this is the smallest of them.
SMALLEST_CACHED = 1024


class InputTokens(NamedTuple):
    """The tokens of a request, by what reading them costs.

    fresh: not cached. read: from the cache. written_5m, written_1h: to the cache, for 5 minutes
    or an hour. Together they are the whole prompt.
    """

    fresh: int
    read: int = 0
    written_5m: int = 0
    written_1h: int = 0

    @property
    def written(self) -> int:
        """All that is written to the cache."""
        return self.written_5m + self.written_1h

    @property
    def total(self) -> int:
        """The whole prompt."""
        return self.fresh + self.read + self.written


def count_input(request: dict[str, Any]) -> InputTokens:
    """Return the tokens of a request, by what reading them costs."""
    total = before = 0  # before: what an earlier request of this conversation held
    marks: list[tuple[int, str]] = []
    for piece in tokens.pieces(request):
        if piece.begins_answer:
            before = total
        total += piece.tokens
        if piece.mark is not None:
            marks.append((total, _lifetime(piece.mark)))
    if isinstance(request.get("cache_control"), dict):  # marks whatever comes last
        marks.append((total, _lifetime(request["cache_control"])))
    marks = [(end, lifetime) for end, lifetime in marks if end >= SMALLEST_CACHED]
    if not marks:
        return InputTokens(total)
    read = min(before, marks[-1][0])
    read = read if read >= SMALLEST_CACHED else 0
    written, done = {"5m": 0, "1h": 0}, read
    for end, lifetime in marks:
        written[lifetime] += max(end - done, 0)
        done = max(end, done)
    return InputTokens(total - done, read, written["5m"], written["1h"])


def _lifetime(mark: dict[str, Any]) -> str:
    return "1h" if mark.get("ttl") == "1h" else "5m"
