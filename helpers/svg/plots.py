"""Plots of measurements, each with a text alternative.

The same numbers give the same bytes in every run and on every machine: no clock, no ids,
and coordinates at a tenth of a pixel.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any, NamedTuple

from helpers.svg import look, snapshot
from helpers.svg.scales import (
    Scale,
    apart,
    histogram,
    log_ticks,
    seconds,
    short,
    spread,
    table,
    time_ticks,
)

__all__ = ["Latency", "Plot", "arrivals", "growth", "latency", "measure"]

# The plot in pixels: its height, and the room around the axes for words.
HEIGHT = 252
MARGIN = 16
LEFT, RIGHT, TOP, BOTTOM = 58, 116, 80, 38
FLOOR = HEIGHT - BOTTOM  # where the axis across lies
INSIDE = FLOOR - TOP
GROWTH_RIGHT = 176  # names stand at the ends of lines
CROWDS_RIGHT = 148  # and beside strips
CROWDS_GAP = 22  # between two strips
NAME_ROOM = 30  # the height of a name of two rows


@dataclass(frozen=True)
class Plot:
    """A picture and the same in words.

    Attributes:
        svg: the picture.
        words: its text alternative, a few lines of text.
    """

    svg: str
    words: str

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"image/svg+xml": snapshot.image(self.svg), "text/plain": self.words}


class Latency(NamedTuple):
    """When each piece of an answer arrived, and what follows, in seconds."""

    times: list[float]
    gaps: list[float]
    first: float
    median: float
    p99: float
    longest: float
    longest_at: float
    whole: float


def measure(times: Sequence[float]) -> Latency:
    """Return the figures of an answer's arrival.

    Args:
        times: when each piece arrived, in seconds after the request.

    Raises:
        ValueError: one sentence on what is wrong with the times.
    """
    checked = _check(times)
    # To a microsecond: of equal gaps, none is the longest by the noise of a float.
    gaps = [round(later - earlier, 6) for earlier, later in pairwise(checked)]
    longest = max(range(len(gaps)), key=gaps.__getitem__)
    ordered = sorted(gaps)
    return Latency(
        times=checked,
        gaps=gaps,
        first=checked[0],
        median=ordered[len(gaps) // 2],
        p99=ordered[len(gaps) * 99 // 100],
        longest=gaps[longest],
        longest_at=checked[longest + 1],
        whole=checked[-1],
    )


def latency(times: Sequence[float]) -> Plot:
    """Plot the gap before each piece of an answer over time.

    Args:
        times: when each piece arrived, in seconds after the request.

    Raises:
        ValueError: one sentence on what is wrong with the times.
    """
    found = measure(times)
    summary = f"{len(found.times)} pieces in {seconds(found.whole)}"
    return Plot(
        svg=_latency_svg(found, summary),
        words="\n".join(
            [
                f"Latency of an answer: {summary}",
                f"time to first token   {seconds(found.first):>8}",
                f"median gap            {seconds(found.median):>8}",
                f"99th percentile gap   {seconds(found.p99):>8}",
                f"longest gap           {seconds(found.longest):>8}"
                f"  (at {seconds(found.longest_at)})",
                "",
                "number of gaps, by their length",
                *histogram(found.gaps, found.p99),
            ]
        ),
    )


def _check(times: Sequence[float]) -> list[float]:
    """Return the times as floats that rise."""
    checked: list[float] = []
    for place, time in enumerate(times, 1):
        if not isinstance(time, Real) or not math.isfinite(time):
            raise ValueError(
                f"Time {place} is {time!r}: latency needs seconds after the request, as numbers."
            )
        if time < (checked[-1] if checked else 0):
            raise ValueError(
                f"Time {place} ({time:g} s) is earlier than "
                + (f"the one before it ({checked[-1]:g} s)" if checked else "the request")
                + ": latency needs seconds after the request, in the order of arrival."
            )
        checked.append(float(time))
    match len(checked):
        case 0:
            raise ValueError("There is nothing to plot: not one piece of text has arrived.")
        case 1:
            raise ValueError(
                "One piece of text has no gap to plot: latency needs the times of two or more."
            )
    return checked


def _latency_svg(found: Latency, summary: str) -> str:
    """Return the gaps as dots over time, with lines at two of their figures."""
    right = snapshot.WIDTH - RIGHT
    # A tenth of a second and a millisecond are the least that the axes show.
    x = Scale(0, max(found.whole, 0.1), LEFT, right)
    y = Scale(0, max(found.longest, 0.001) * 1.04, FLOOR, TOP)
    title = "Gap before each piece of text"
    points = [(x(time), y(gap)) for time, gap in zip(found.times[1:], found.gaps, strict=True)]
    parts = [
        snapshot.text(MARGIN, 28, title, bold=True),
        _small(snapshot.WIDTH - MARGIN, 28, summary, anchor="end"),
        *_wait(x(found.first) - LEFT, f"{seconds(found.first)} to first token"),
        *_grid([(y(gap), label) for gap, label in time_ticks(y.high, 4)], right),
        *_below([(x(time), label) for time, label in time_ticks(x.high, 8)]),
        snapshot.dots(points, 3 if len(points) > 150 else 5, look.TEXT),
    ]
    lines = ((found.p99, "99th percentile", "4 3"), (found.median, "median gap", "none"))
    start, ends = x(found.first), []
    for value, name, dashes in lines:
        level = y(value)
        parts.append(snapshot.line(start, level, right, level, look.INK, stroke_dasharray=dashes))
        ends.append(_End(right, level, seconds(value), name))
    if found.longest > 2 * found.p99:
        words = f"longest {seconds(found.longest)}"
        parts.append(_beside(x(found.longest_at), y(found.longest), words))
    return snapshot.picture(
        HEIGHT,
        title,
        f"{summary}. The first came after {seconds(found.first)}. The median gap was "
        f"{seconds(found.median)}, the 99th percentile {seconds(found.p99)}, and the longest "
        f"{seconds(found.longest)}, at {seconds(found.longest_at)}.",
        [*parts, *_names(ends, right)],
    )


def _wait(width: float, words: str) -> list[str]:
    """Return the wait for the first piece: a bar on top, and its ground."""
    return [
        snapshot.rect(LEFT, TOP, width, INSIDE, look.GROUND_2),
        snapshot.rect(LEFT, TOP - 6, width, 6, look.INK_2),
        _small(LEFT, TOP - 13, words, fill=look.INK_1),
    ]


def _beside(x: float, y: float, words: str) -> str:
    """Return the name of a dot, on the side where there is more room."""
    if x < (LEFT + snapshot.WIDTH - RIGHT) / 2:
        return _small(x + 7, y + 4, words, fill=look.INK_1)
    return _small(x - 7, y + 4, words, fill=look.INK_1, anchor="end")


# Lines that can be told apart without their colour: each with its dashes.
LINES = ((look.ON_FAILED, "none"), (look.TEXT, "7.5 4.5"), (look.ON_DONE, "1.5 3"))


def growth(
    lines: Mapping[str, Sequence[tuple[float, float]]], *, title: str, across: str, up: str
) -> Plot:
    """Plot how costs grow with size, on logarithmic scales.

    Any power is a straight line there: a cost that grows with the square of the size rises
    twice as steeply as one that grows with the size.

    Args:
        lines: for each name, the points of its line as (size, cost), sizes rising; at
            most three lines of two or more points, and nothing at or below zero.
        title: what the plot shows.
        across: what the sizes count, such as "characters of input".
        up: what the costs count.

    Raises:
        ValueError: one sentence on what is wrong with the lines.
    """
    checked = {name: _points(name, points) for name, points in lines.items()}
    if not 1 <= len(checked) <= len(LINES):
        raise ValueError(f"growth draws one to {len(LINES)} lines, and got {len(checked)}.")
    rows = [("", *(f"{size:,.0f}" for size, _ in next(iter(checked.values()))), "each doubling")]
    for name, points in checked.items():
        rows.append((name, *(f"{cost:,.0f}" for _, cost in points), f"{_doubling(points):.1f} ×"))
    return Plot(
        svg=_growth_svg(checked, title, across, up),
        words="\n".join([f"{title}: {up}, by {across}", *table(rows)]),
    )


def _points(name: str, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points of a line as floats that have logarithms."""
    checked = [(float(size), float(cost)) for size, cost in points]
    sizes = [size for size, _ in checked]
    if len(sizes) < 2 or any(late <= early for early, late in pairwise(sizes)):
        raise ValueError(f"The line {name!r} needs two or more points whose sizes rise.")
    if not all(math.isfinite(value) and value > 0 for point in checked for value in point):
        raise ValueError(f"The line {name!r} holds a value that is not above zero.")
    return checked


def _doubling(points: Sequence[tuple[float, float]]) -> float:
    """Return by what a cost is multiplied while the size doubles."""
    (first_size, first_cost), (last_size, last_cost) = points[0], points[-1]
    slope = math.log(last_cost / first_cost) / math.log(last_size / first_size)
    return float(2**slope)


def _growth_svg(
    lines: Mapping[str, list[tuple[float, float]]], title: str, across: str, up: str
) -> str:
    """Return the lines on logarithmic scales, each named at its end."""
    right = snapshot.WIDTH - GROWTH_RIGHT
    sizes = sorted({size for points in lines.values() for size, _ in points})
    costs = [cost for points in lines.values() for _, cost in points]
    levels = log_ticks(min(costs), max(costs), 6)
    x = Scale(sizes[0], sizes[-1], LEFT, right, log=True)
    y = Scale(levels[0], levels[-1], FLOOR, TOP, log=True)
    parts = [
        snapshot.text(MARGIN, 28, title, bold=True),
        _small(MARGIN, 46, up),
        *_grid([(y(level), short(level)) for level in levels], right),
        *_below(apart([(x(size), short(size)) for size in sizes], 48)),
        _small(right + 24, FLOOR + 18, _cut(across, 22)),
    ]
    ends = []
    for (name, points), (colour, dashes) in zip(lines.items(), LINES, strict=False):
        places = [(x(size), y(cost)) for size, cost in points]
        parts += [
            snapshot.polyline(places, colour, stroke_width=1.5, stroke_dasharray=dashes),
            snapshot.dots(places, 5, colour),
        ]
        doubling = f"{_doubling(points):.1f} × each doubling"
        ends.append(_End(*places[-1], _cut(name, 22), doubling, colour))
    told = ". ".join(
        f"{name}: from {short(points[0][1])} at {short(points[0][0])} to "
        f"{short(points[-1][1])} at {short(points[-1][0])}, {_doubling(points):.1f} times as "
        "much for each doubling"
        for name, points in lines.items()
    )
    told = f"{up} by {across}, both on logarithmic scales. {told}."
    return snapshot.picture(HEIGHT, title, told, [*parts, *_names(ends, right)])


def arrivals(
    crowds: Mapping[str, Sequence[float]], *, until: float = 20.0, title: str = "Who comes when"
) -> Plot:
    """Plot how many requests come in each tenth of a second.

    All strips have the same scales, so that their heights can be compared.

    Args:
        crowds: for each name, when its requests come, in seconds; one to three crowds.
        until: where the picture ends, in seconds; the words count what comes later, too.
        title: what the plot shows.

    Raises:
        ValueError: there is nothing to plot, or too much.
    """
    if not 1 <= len(crowds) <= 3 or not all(crowds.values()):
        raise ValueError("arrivals draws one to three crowds, each of one request or more.")
    counted = {name: Counter(int(time * 10) for time in times) for name, times in crowds.items()}
    rows = [("", "requests", "largest rush after the first", "last request")]
    for name, times in crowds.items():
        rush = max((n for tenth, n in counted[name].items() if tenth), default=0)
        rows.append((name, f"{len(times):,}", f"{rush:,} in 0.1 s", seconds(max(times))))
    return Plot(
        svg=_arrivals_svg(crowds, counted, until, title),
        words="\n".join([title, *table(rows)]),
    )


def _arrivals_svg(
    crowds: Mapping[str, Sequence[float]],
    counted: Mapping[str, Counter[int]],
    until: float,
    title: str,
) -> str:
    """Return a strip of bars for each crowd, above one axis of time."""
    right = snapshot.WIDTH - CROWDS_RIGHT
    x = Scale(0, until, LEFT, right)
    shown = {
        name: {tenth: n for tenth, n in counts.items() if tenth < until * 10}
        for name, counts in counted.items()
    }
    most = max((n for counts in shown.values() for n in counts.values()), default=1)
    height = (INSIDE - CROWDS_GAP * (len(crowds) - 1)) / len(crowds)
    parts = [
        snapshot.text(MARGIN, 28, title, bold=True),
        _small(MARGIN, 46, "requests in each tenth of a second"),
    ]
    told = []
    for place, (name, times) in enumerate(crowds.items()):
        top = TOP + place * (height + CROWDS_GAP)
        y = Scale(0, most, top + height, top)
        requests, last = f"{len(times):,} requests", f"the last after {seconds(max(times))}"
        parts += [
            *_strip(x, y, shown[name]),
            _small(right + 12, top + 8, _cut(name, 19), fill=look.INK_1, bold=True),
            _small(right + 12, top + 21, requests),
            _small(right + 12, top + 34, last),
        ]
        told.append(f"{name}: {requests}, {last}.")
    parts += _below([(x(time), label) for time, label in time_ticks(until, 10)])
    return snapshot.picture(HEIGHT, title, " ".join(told), parts)


def _strip(x: Scale, y: Scale, counts: Mapping[int, int]) -> list[str]:
    """Return a bar for each tenth of a second in which a request comes."""
    width = min(max(0.8 * (x(0.1) - x(0)), 1), 8)
    return [
        snapshot.line(x.start, y.start, x.stop, y.start),
        _small(x.start - 8, y.stop + 8, f"{y.high:,.0f}", anchor="end"),
        _small(x.start - 8, y.start + 1, "0", anchor="end"),
        snapshot.bars(
            [(x((tenth + 0.5) / 10), y.start, y(n)) for tenth, n in sorted(counts.items())],
            width,
            look.TEXT,
        ),
    ]


def _cut(words: str, most: int) -> str:
    """Return words in at most so many characters; the text alternative has all of them."""
    return words if len(words) <= most else words[: most - 1] + "…"


def _small(
    x: float,
    y: float,
    words: str,
    *,
    fill: str = look.INK_2,
    bold: bool = False,
    anchor: str = "start",
) -> str:
    """Return words in the size that all words of a plot but its title have."""
    return snapshot.text(x, y, words, fill=fill, size=look.AXIS_SIZE, bold=bold, anchor=anchor)


def _grid(labels: Iterable[tuple[float, str]], right: float) -> list[str]:
    """Return the lines of a grid, each with its label on the left."""
    parts = []
    for y, label in labels:
        parts += [snapshot.line(LEFT, y, right, y), _small(LEFT - 8, y + 4, label, anchor="end")]
    return parts


def _below(labels: Iterable[tuple[float, str]]) -> list[str]:
    """Return the labels below the axis across."""
    return [_small(x, FLOOR + 18, label, anchor="middle") for x, label in labels]


class _End(NamedTuple):
    """The right end of a line, and its name in two rows."""

    x: float
    y: float
    name: str
    below: str
    colour: str = look.INK_1


def _names(ends: Sequence[_End], right: float) -> list[str]:
    """Return the names of lines at their right ends, where no two overlap."""
    parts = []
    ends = sorted(ends, key=lambda end: end.y)
    places = spread([end.y for end in ends], NAME_ROOM, TOP - 4, FLOOR - 7)
    for end, y in zip(ends, places, strict=True):
        if abs(end.y - y) > 3 or right - end.x > 12:
            # The name isn't beside the end, so a thin line leads to it.
            parts.append(snapshot.line(end.x + 4, end.y, right + 10, y, look.INK_2))
        parts += [
            _small(right + 12, y - 2, end.name, fill=end.colour, bold=True),
            _small(right + 12, y + 11, end.below),
        ]
    return parts
