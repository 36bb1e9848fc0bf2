"""The numbers of the race."""

from dataclasses import dataclass

__all__ = ["LANES", "Numbers"]

LANES = ("streamed", "blocking")


@dataclass(frozen=True)
class Numbers:
    """What the sliders set.

    Attributes:
        first_token: seconds until the streamed answer's first token.
        streamed: seconds until its last.
        blocking: seconds until the other answer is there, all at once.
        tokens: the length of both.
    """

    first_token: float = 0.2
    streamed: float = 8.0
    blocking: float = 5.0
    tokens: int = 120

    def within_reason(self) -> "Numbers":
        """Return the nearest numbers that a race can be run with."""
        streamed = _between(0.5, self.streamed, 20.0)
        return Numbers(
            first_token=_between(0.05, self.first_token, min(5.0, streamed)),
            streamed=streamed,
            blocking=_between(0.5, self.blocking, 20.0),
            tokens=round(_between(10, self.tokens, 400)),
        )


def _between(least: float, value: float, most: float) -> float:
    return min(max(least, float(value)), most)
