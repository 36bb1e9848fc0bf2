"""What plots do with values before they draw: scales, ticks, and words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, pairwise
from math import inf, log10

__all__ = [
    "Scale",
    "apart",
    "histogram",
    "linear_ticks",
    "log_ticks",
    "seconds",
    "short",
    "spread",
    "step",
    "table",
    "time_ticks",
]

# Each unit of time in seconds, and from how many seconds on an axis counts in it.
UNITS = (("h", 3600, 10_000), ("s", 1, 1), ("ms", 0.001, -inf))

BAR_WIDTH = 24  # of the histogram in the text alternative, in characters
EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True)
class Scale:
    """A map from values to pixels.

    Attributes:
        low, high: the values at both ends.
        start, stop: the pixels there.
        log: whether equal ratios take equal room, in place of equal differences.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high, at = (log10(n) if self.log else n for n in (self.low, self.high, value))
        # Where both ends are one value, that value stands at the start.
        return self.start + (self.stop - self.start) * ((at - low) / (high - low or 1))


def step(span: float, most: int) -> float:
    """Return 1, 2 or 5 times a power of ten: at most so many of it fit a span."""
    least = max(span / most, 1e-9)
    power = _power(least)
    lengths = (_decimal(digit, power) for digit in (1, 2, 5, 10))
    return next(length for length in lengths if length >= least * (1 - 1e-9))


def linear_ticks(end: float, most: int) -> list[float]:
    """Return round numbers from 0 to the end, at most so many after the 0."""
    wide = step(end, most)
    return [wide * place for place in range(int(end / wide * (1 + 1e-9)) + 1)]


def time_ticks(end: float, most: int) -> list[tuple[float, str]]:
    """Return round times from 0 to the end, in seconds, each with its label."""
    name, size = next((name, size) for name, size, least in UNITS if end >= least)
    return [
        (tick * size, f"{tick:,.10g} {name}" if tick else "0")
        for tick in linear_ticks(end / size, most)
    ]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers that just enclose a range, at most so many.

    They are 1, 2 and 5 times each power of ten where these are few enough. Else they are
    powers of ten with the same ratio from each to the next.

    Args:
        low, high: above zero.
        most: two or more.
    """
    first, last = _power(low), _power(high) + 1
    fine = [_decimal(digit, power) for power in range(first, last + 1) for digit in (1, 2, 5)]
    ticks = _around(low, high, fine)
    for stride in count(1):
        if len(ticks) <= most:
            break
        powers = range(first, last + stride, stride)
        ticks = _around(low, high, [_decimal(1, power) for power in powers])
    return ticks


def _around(low: float, high: float, rising: Sequence[float]) -> list[float]:
    """Return those numbers that just enclose a range; they are two or more."""
    first = max(number for number in rising if number <= low)
    last = min(number for number in rising if number >= high and number > first)
    return [number for number in rising if first <= number <= last]


def _power(value: float) -> int:
    """Return the exponent of the largest power of ten that is at most a value."""
    # A logarithm is rounded: just below 1000 it would be 3.
    return Decimal(value).adjusted()


def _decimal(digit: int, power: int) -> float:
    """Return the float that is nearest to a digit times a power of ten."""
    return float(f"{digit}e{power}")


def apart(labels: Iterable[tuple[float, str]], room: float) -> list[tuple[float, str]]:
    """Return labels from left to right, without repeats and with room for each.

    Args:
        labels: the place and the words of each, from left to right.
        room: the least distance between two places.
    """
    kept: list[tuple[float, str]] = []
    for place, words in labels:
        if not kept or (place - kept[-1][0] >= room and words != kept[-1][1]):
            kept.append((place, words))
    return kept


def spread(places: Sequence[float], room: float, low: float, high: float) -> list[float]:
    """Return places that keep a distance, each near to where it was.

    Args:
        places: where they would be; they rise.
        room: the least distance between two.
        low, high: between these there is room for all.
    """
    up = _push_apart(places, room)
    down = [-place for place in reversed(_push_apart([-place for place in reversed(places)], room))]
    last = len(places) - 1
    return [
        min(max((above + below) / 2, low + n * room), high - (last - n) * room)
        for n, (above, below) in enumerate(zip(up, down, strict=True))
    ]


def _push_apart(rising: Sequence[float], room: float) -> list[float]:
    """Return places of which each is raised until it has room."""
    pushed: list[float] = []
    for place in rising:
        pushed.append(max(place, pushed[-1] + room) if pushed else place)
    return pushed


def seconds(value: float) -> str:
    """Return a time with the unit and the precision that suit its size."""
    milliseconds = value * 1000
    if round(milliseconds, 1) < 100:
        return f"{milliseconds:.1f} ms"
    if round(milliseconds) < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{value:.1f} s"


def short(value: float) -> str:
    """Return about how many, in the fewest characters: 850, 2.1k, 67M."""
    if value >= 1e15:  # nobody counts the digits before a G
        return f"{value:.0e}"
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.9995:
            digits = ".2g" if value < limit * 9.95 else ".0f"
            return f"{value / limit:{digits}}{unit}"
    return f"{value:.3g}"


def histogram(gaps: Sequence[float], p99: float) -> list[str]:
    """Return a bar of characters for each range of gaps.

    The ranges divide what lies between the shortest gap and the 99th percentile; one more
    takes the rest, so that a single long gap doesn't leave all others in one bar.

    Args:
        gaps: in seconds.
        p99: their 99th percentile, in seconds.
    """
    # In whole microseconds, where nothing is nearly on a border.
    lengths = [round(gap * 1e6) for gap in gaps]
    shortest, longest = min(lengths), round(p99 * 1e6)
    wide = max(1, round(step(longest - shortest or longest, 6)))
    start = shortest // wide * wide
    rows = (longest - start) // wide + 1
    counts = [0] * (rows + 1)
    for length in lengths:
        counts[min((length - start) // wide, rows)] += 1
    edges = [f"{(start + row * wide) / 1000:g}" for row in range(rows + 1)]
    names = [f"{low} to {high} ms" for low, high in pairwise(edges)]
    names.append(f"over {edges[-1]} ms")
    if not counts[-1]:
        names.pop()
        counts.pop()
    width = max(map(len, names))
    return [
        f"{name:>{width}}  {_bar(count / max(counts)):{BAR_WIDTH}} {count:>4}"
        for name, count in zip(names, counts, strict=True)
    ]


def _bar(share: float) -> str:
    """Return a bar of characters for a share of the whole width."""
    eighths = round(share * BAR_WIDTH * 8)
    if share and not eighths:
        eighths = 1
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows as lines of text, as many columns as the first has."""
    columns = range(len(rows[0]))
    widths = [max(len(row[n]) if n < len(row) else 0 for row in rows) for n in columns]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=False))
        )
        for row in rows
    ]
