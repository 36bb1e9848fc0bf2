"""Plots of measurements, each with a twin in words.

The same numbers give the same bytes in every run and, as far as matplotlib lets them,
on every machine: no clock, no random ids, no font of this machine, and coordinates at a
tenth of a pixel.
"""

import io
import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.widgets import look, still

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Latency", "Plot", "arrivals", "growth", "latency", "measure"]

# While matplotlib looks for fonts it says so on stderr, once on each new machine: that
# would be an output of the cell.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

# The one font that comes with matplotlib, so it is there to lay out with. The picture
# itself names the fonts of the other views.
LAYOUT_FONT = "DejaVu Sans"

# The plot in pixels: its height, and the room around the axes for words.
HEIGHT = 252
MARGIN = 16
LEFT, RIGHT, TOP, BOTTOM = 58, 116, 80, 38
INSIDE = HEIGHT - TOP - BOTTOM
GROWTH_RIGHT = 176  # names stand at the ends of lines
CROWDS_RIGHT = 148  # and beside strips
CROWDS_GAP = 22  # between two strips

BAR_WIDTH = 24  # of the histogram in the twin, in characters
EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True)
class Plot:
    """A picture and the same in words.

    Attributes:
        svg: the picture.
        words: its twin, a few lines of text.
    """

    svg: str
    words: str

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.words}


class Latency(NamedTuple):
    """How an answer arrived, in seconds: when each piece did, and what follows from it."""

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
    checked = _checked(times)
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
    with _style():
        svg = _latency_svg(found, summary)
    return Plot(
        svg=svg,
        words="\n".join(
            [
                f"Latency of an answer: {summary}",
                f"time to first token   {seconds(found.first):>8}",
                f"median gap            {seconds(found.median):>8}",
                f"99th percentile gap   {seconds(found.p99):>8}",
                f"longest gap           {seconds(found.longest):>8}"
                f"  (at {seconds(found.longest_at)})",
                "",
                "how many gaps were how long",
                *histogram(found.gaps, found.p99),
            ]
        ),
    )


def _checked(times: Sequence[float]) -> list[float]:
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


def seconds(value: float) -> str:
    """Return a time with the unit and the precision that suit its size."""
    milliseconds = value * 1000
    if round(milliseconds, 1) < 100:
        return f"{milliseconds:.1f} ms"
    if round(milliseconds) < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{value:.1f} s"


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
    step = max(1, round(_step(longest - shortest or longest, 6)))
    start = shortest // step * step
    rows = (longest - start) // step + 1
    counts = [0] * (rows + 1)
    for length in lengths:
        counts[min((length - start) // step, rows)] += 1
    edges = [f"{(start + row * step) / 1000:g}" for row in range(rows + 1)]
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
    eighths = round(share * BAR_WIDTH * 8)
    if share and not eighths:
        eighths = 1
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def _step(span: float, most: int) -> float:
    """Return the 1, 2 or 5 times a power of ten that divides a span into so many steps."""
    least = max(span / most, 1e-9)
    power: float = 10 ** math.floor(math.log10(least))
    return next(step for n in (1, 2, 5, 10) if (step := n * power) >= least * (1 - 1e-9))


def _latency_svg(found: Latency, summary: str) -> str:
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path

    unit, scale = ("s", 1) if found.longest >= 1 else ("ms", 1000)
    end = max(found.whole, 0.1)
    top = max(found.longest, 0.001) * scale * 1.04
    figure, axes = _axes(end, top)

    def words(text: str, x: float, y: float, right: float, up: float, **more: Any) -> None:
        # Moved by so many pixels from a point of the axes; always from the baseline, as all
        # else would depend on how a font measures on this machine.
        style = {"fontsize": look.AXIS_SIZE, "color": look.INK_2, "va": "baseline", **more}
        axes.annotate(text, (x, y), (right, up), textcoords="offset points", **style)

    # The wait for the first piece lies on the ground, below the grid.
    axes.add_patch(Rectangle((0, 0), found.first, top, color=look.GROUND_2, linewidth=0))
    for value in _ticks(top, 4):
        axes.plot([0, end], [value, value], color=look.LINE, linewidth=1)
        words(f"{value:g} {unit}" if value else "0", 0, value, -8, -4, ha="right")
    for value in _ticks(end, 8):
        words(f"{value:g} s" if value else "0", value, 0, 0, -18, ha="center")
    bar = Rectangle((0, top), found.first, 6 / INSIDE * top, color=look.INK_2, linewidth=0)
    axes.add_patch(bar)
    words(f"{seconds(found.first)} to first token", 0, top, 0, 13, color=look.INK_1)

    # One path for all gaps: lines without length, whose round ends make dots.
    points = [(time, gap * scale) for time, gap in zip(found.times[1:], found.gaps, strict=True)]
    codes = [Path.MOVETO, Path.LINETO] * len(points)
    dots = Path([point for point in points for _ in range(2)], codes)
    dots.should_simplify = False
    size = 3 if len(points) > 150 else 5
    axes.add_patch(
        PathPatch(dots, fill=False, edgecolor=look.TEXT, linewidth=size, capstyle="round")
    )
    if found.longest > 2 * found.p99:
        left = found.longest_at < end / 2
        words(
            f"longest {seconds(found.longest)}",
            found.longest_at,
            found.longest * scale,
            7 if left else -7,
            -4,
            ha="left" if left else "right",
            color=look.INK_1,
        )

    # Two lines, named at their right ends; the names keep their distance from each other.
    median, p99 = (value * scale / top * INSIDE for value in (found.median, found.p99))
    median = max(4, min(median, INSIDE - 28))
    for value, name, dashes, up in (
        (found.median, "median gap", "-", median),
        (found.p99, "99th percentile", (0, (4, 3)), max(p99, median + 32)),
    ):
        height = value * scale
        axes.plot([found.first, end], [height] * 2, color=look.INK, linewidth=1, linestyle=dashes)
        words(seconds(value), end, 0, 8, up + 2, color=look.INK_1, weight="bold")
        words(name, end, 0, 8, up - 11)

    title = "Gap before each piece of text"
    heading = {"fontsize": look.UI_SIZE, "color": look.INK_1, "weight": "bold"}
    words(title, 0, top, MARGIN - LEFT, TOP - 28, **heading)
    words(summary, end, top, RIGHT - MARGIN, TOP - 28, ha="right")
    return still.picture(
        HEIGHT,
        title,
        f"{summary}. The first came after {seconds(found.first)}. The median gap was "
        f"{seconds(found.median)}, the 99th percentile {seconds(found.p99)}, and the longest "
        f"{seconds(found.longest)}, at {seconds(found.longest_at)}.",
        [_drawn(figure)],
    )


# Lines that can be told apart without their colour.
LINES = (
    (look.ON_FAILED, "-"),
    (look.TEXT, (0, (5, 3))),
    (look.ON_DONE, (0, (1, 2))),
)


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
    with _style():
        svg = _growth_svg(checked, title, across, up)
    rows = [("", *(f"{size:,.0f}" for size, _ in next(iter(checked.values()))), "each doubling")]
    for name, points in checked.items():
        rows.append((name, *(f"{cost:,.0f}" for _, cost in points), f"{_doubling(points):.1f} ×"))
    widths = [max(len(row[n]) if n < len(row) else 0 for row in rows) for n in range(len(rows[0]))]
    return Plot(
        svg=svg,
        words="\n".join(
            [
                f"{title}: {up}, by {across}",
                *(
                    "  ".join(
                        cell.ljust(width) if n == 0 else cell.rjust(width)
                        for n, (cell, width) in enumerate(zip(row, widths, strict=False))
                    )
                    for row in rows
                ),
            ]
        ),
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
    """Return the factor that a cost grows by while the size doubles, over the whole line."""
    (first_size, first_cost), (last_size, last_cost) = points[0], points[-1]
    slope = math.log(last_cost / first_cost) / math.log(last_size / first_size)
    return float(2**slope)


def _growth_svg(
    lines: Mapping[str, list[tuple[float, float]]], title: str, across: str, up: str
) -> str:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    sizes = [math.log10(size) for points in lines.values() for size, _ in points]
    costs = [math.log10(cost) for points in lines.values() for _, cost in points]
    left, end = min(sizes), max(sizes)
    # The scale up goes from one power of ten to another.
    bottom, top = math.floor(min(costs)), max(math.ceil(max(costs)), math.floor(min(costs)) + 1)
    figure, axes = _axes(end - left, top - bottom, right=GROWTH_RIGHT)

    def words(text: str, x: float, y: float, right: float, higher: float, **more: Any) -> None:
        style = {"fontsize": look.AXIS_SIZE, "color": look.INK_2, "va": "baseline", **more}
        axes.annotate(text, (x, y), (right, higher), textcoords="offset points", **style)

    step = math.ceil((top - bottom) / 5)
    for power in range(0, top - bottom + 1, step):
        axes.plot([0, end - left], [power, power], color=look.LINE, linewidth=1)
        words(short(10 ** (power + bottom)), 0, power, -8, -4, ha="right")
    drawn = sorted(set(sizes))
    for size in drawn[:: math.ceil(len(drawn) / 8)]:
        words(short(10**size), size - left, 0, 0, -18, ha="center")
    words(across, end - left, 0, 24, -18)

    height, ends = INSIDE / (top - bottom), []
    for (name, points), (colour, dashes) in zip(lines.items(), LINES, strict=False):
        places = [(math.log10(size) - left, math.log10(cost) - bottom) for size, cost in points]
        axes.plot(*zip(*places, strict=True), color=colour, linewidth=1.5, linestyle=dashes)
        codes = [Path.MOVETO, Path.LINETO] * len(places)
        dots = Path([place for place in places for _ in range(2)], codes)
        dots.should_simplify = False
        axes.add_patch(PathPatch(dots, fill=False, edgecolor=colour, linewidth=5, capstyle="round"))
        ends.append((places[-1][1] * height, name, colour, _doubling(points)))
    # Each line is named at its right end; the names keep their distance from each other.
    level = 0.0
    for at, name, colour, doubling in sorted(ends):
        level = max(at, level)
        words(name, end - left, 0, 12, level + 2, color=colour, weight="bold")
        words(f"{doubling:.1f} × each doubling", end - left, 0, 12, level - 11)
        level += 32

    heading = {"fontsize": look.UI_SIZE, "color": look.INK_1, "weight": "bold"}
    words(title, 0, top - bottom, MARGIN - LEFT, TOP - 28, **heading)
    words(up, 0, top - bottom, MARGIN - LEFT, TOP - 46)
    told = ". ".join(
        f"{name}: from {short(points[0][1])} at {short(points[0][0])} to "
        f"{short(points[-1][1])} at {short(points[-1][0])}, {_doubling(points):.1f} times as "
        "much for each doubling"
        for name, points in lines.items()
    )
    return still.picture(
        HEIGHT, title, f"{up} by {across}, both on logarithmic scales. {told}.", [_drawn(figure)]
    )


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
    with _style():
        svg = _arrivals_svg(crowds, counted, until, title)
    rows = [("", "requests", "largest rush after the first", "last request")]
    for name, times in crowds.items():
        rush = max((n for tenth, n in counted[name].items() if tenth), default=0)
        rows.append((name, f"{len(times):,}", f"{rush:,} in 0.1 s", seconds(max(times))))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return Plot(
        svg=svg,
        words="\n".join(
            [
                title,
                *(
                    "  ".join(
                        cell.rjust(width) if place else cell.ljust(width)
                        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
                    )
                    for row in rows
                ),
            ]
        ),
    )


def _arrivals_svg(
    crowds: Mapping[str, Sequence[float]],
    counted: Mapping[str, Counter[int]],
    until: float,
    title: str,
) -> str:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    figure, axes = _axes(until, INSIDE, right=CROWDS_RIGHT)  # a unit up is a pixel

    def words(text: str, x: float, y: float, across: float, up: float, **more: Any) -> None:
        style = {"fontsize": look.AXIS_SIZE, "color": look.INK_2, "va": "baseline", **more}
        axes.annotate(text, (x, y), (across, up), textcoords="offset points", **style)

    height = (INSIDE - CROWDS_GAP * (len(crowds) - 1)) / len(crowds)
    most = max(max(counts.values()) for counts in counted.values())
    summaries = []
    for place, (name, times) in enumerate(crowds.items()):
        ground = INSIDE - height - place * (height + CROWDS_GAP)
        axes.plot([0, until], [ground, ground], color=look.LINE, linewidth=1)
        words(f"{most:,}", 0, ground + height, -8, -8, ha="right")
        words("0", 0, ground, -8, -1, ha="right")
        # One path for all bars of a strip.
        points, codes = [], []
        for tenth, count in sorted(counted[name].items()):
            if tenth < until * 10:
                middle = (tenth + 0.5) / 10
                points += [(middle, ground), (middle, ground + count / most * height)]
                codes += [Path.MOVETO, Path.LINETO]
        bars = Path(points, codes)
        bars.should_simplify = False
        axes.add_patch(PathPatch(bars, fill=False, edgecolor=look.TEXT, linewidth=2))
        requests, last = f"{len(times):,} requests", f"the last after {seconds(max(times))}"
        words(name, until, ground + height, 12, -8, color=look.INK_1, weight="bold")
        words(requests, until, ground + height, 12, -23)
        words(last, until, ground + height, 12, -37)
        summaries.append(f"{name}: {requests}, {last}.")
    for second in _ticks(until, 10):
        words(f"{second:g} s" if second else "0", second, 0, 0, -18, ha="center")
    heading = {"fontsize": look.UI_SIZE, "color": look.INK_1, "weight": "bold"}
    words(title, 0, INSIDE, MARGIN - LEFT, TOP - 28, **heading)
    words("requests in each tenth of a second", 0, INSIDE, MARGIN - LEFT, 28)
    return still.picture(HEIGHT, title, " ".join(summaries), [_drawn(figure)])


def short(value: float) -> str:
    """Return a count in the fewest characters that say about how many: 850, 2.1k, 67M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.9995:
            digits = ".2g" if value < limit * 9.95 else ".0f"
            return f"{value / limit:{digits}}{unit}"
    return f"{value:.3g}"


def _ticks(end: float, most: int) -> list[float]:
    """Return round numbers from 0 to the end, at most so many after the 0."""
    step = _step(end, most)
    return [step * place for place in range(int(end / step * (1 + 1e-9)) + 1)]


def _axes(end: float, top: float, right: int = RIGHT) -> "tuple[Figure, Axes]":
    """Return a figure and its axes, empty and from 0 to both ends; a point is a pixel."""
    from matplotlib.figure import Figure  # pyplot would keep it, and choose a window system

    figure = Figure(figsize=(still.WIDTH / 72, HEIGHT / 72), dpi=72)
    box = (
        LEFT / still.WIDTH,
        BOTTOM / HEIGHT,
        (still.WIDTH - LEFT - right) / still.WIDTH,
        INSIDE / HEIGHT,
    )
    axes = figure.add_axes(box)
    axes.set_xlim(0, end)
    axes.set_ylim(0, top)
    axes.set_axis_off()
    return figure, axes


@contextmanager
def _style() -> Iterator[None]:
    """Draw in matplotlib's own defaults, whatever the notebook or its user has set."""
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context():
        rcdefaults()
        rcParams["svg.fonttype"] = "none"  # words stay words
        rcParams["svg.hashsalt"] = "course"
        rcParams["font.family"] = LAYOUT_FONT
        yield


def _drawn(figure: "Figure") -> str:
    """Return what a figure shows as the inside of an SVG."""
    for artist in figure.axes[0].get_children():
        artist.set_clip_on(False)  # a clip path would need an id
    figure.patch.set_visible(False)
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue()
    inside = svg[svg.index('<g id="figure_1">') : svg.rindex("</svg>")]
    for pattern, replacement in (
        (r"<!--.*?-->|<defs>.*?</defs>|</?g\b[^>]*>", ""),
        (r' id="[^"]*"', ""),  # two plots on one page would have the same
        (r' transform="rotate\(-?0 [^"]*"', ""),
        (r"font-family: [^;]*; ", ""),
        (r"font-weight: 700", "font-weight: 600"),
        (r"\s+", " "),
    ):
        inside = re.sub(pattern, replacement, inside, flags=re.DOTALL)
    inside = re.sub("<[^>]*>", lambda tag: _rounded(tag[0]), inside)
    # To a dot, the place is enough.
    inside = re.sub(r"M (\S+ \S+) L \1", r"M\1h0", inside)
    inside = re.sub("> <", ">\n<", inside).strip()
    return f'<g font-family="{look.UI_FONT}">\n{inside}\n</g>'


def _rounded(tag: str) -> str:
    """Return a tag with its numbers at a tenth: the rest differs between machines."""
    return re.sub(r"-?\d+\.\d+", lambda found: still.number(float(found[0])), tag)
