"""When the tokens of an answer leave."""

import math
from dataclasses import dataclass
from random import Random


class SettingsError(ValueError):
    """A setting is not possible; the message is one sentence for a person."""


@dataclass(frozen=True)
class Pace:
    """How fast an answer is given.

    first_token: seconds from the request to the first token.
    tokens_per_second: the rate from then on.
    jitter: 0 spaces tokens evenly; 1 lets the gap between two vary from nothing to double.
    duration: seconds from the request to the end of the answer; when given, it replaces
        tokens_per_second, which then follows from the number of tokens.
    """

    first_token: float = 0.35
    tokens_per_second: float = 80
    jitter: float = 0.2
    duration: float | None = None

    def __post_init__(self) -> None:
        check_number("pace.first_token", self.first_token, 0, 3600)
        check_number("pace.tokens_per_second", self.tokens_per_second, 0.01)
        check_number("pace.jitter", self.jitter, 0, 1)
        if self.duration is not None:
            check_number("pace.duration", self.duration, 0, 3600)
            if self.duration < self.first_token:
                raise SettingsError(
                    f"pace.duration ({self.duration:g} s) must not be shorter than "
                    f"pace.first_token ({self.first_token:g} s)."
                )

    def token_times(self, count: int, numbers: Random) -> list[float]:
        """Return the times of `count` tokens and, as one more, the time of the answer's end.

        Jitter moves a token around its place on an even grid instead of stretching gaps, so
        that it never adds up: the first token and the end are exactly on time.
        """
        if self.duration is None:
            gap = 1 / self.tokens_per_second
        else:
            gap = (self.duration - self.first_token) / max(count, 1)
        moves = [self.jitter * (numbers.random() - 0.5) for _ in range(count + 1)]
        moves[0] = moves[-1] = 0.0
        return [self.first_token + (place + move) * gap for place, move in enumerate(moves)]


def check_number(name: str, value: object, low: float, high: float = math.inf) -> None:
    """Raise SettingsError unless `value` is a finite number from `low` to `high`."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type, operator]
        bounds = f"from {low:g} to {high:g}" if high < math.inf else f"of at least {low:g}"
        raise SettingsError(f"{name} must be a number {bounds}, not {value!r}.")
