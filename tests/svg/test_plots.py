"""The plots: the same bytes each time, figures that are true, and words that can be read."""

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate, combinations, pairwise
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.svg import look, plots, snapshot
from helpers.svg import scales as plot_scales
from helpers.svg.scales import Scale
from tests.sweeps import examples

SVG = "{http://www.w3.org/2000/svg}"

# First token at 350 ms, then 80 pieces a second, each eighth a little late.
TIMES = list(accumulate([0.35, *(0.02 if n % 8 == 7 else 0.0125 for n in range(699))]))

arrivals = st.lists(st.floats(0, 100), min_size=2, max_size=60).map(
    lambda waits: list(accumulate(waits))
)


# Each kind of wait, from microseconds to hours; some repeat exactly.
waits = st.one_of(
    st.floats(0, 1e-4),
    st.floats(0, 0.1),
    st.floats(0, 4 * 3600),
    st.sampled_from([0.0, 3e-6, 0.0125, 1.0, 3600.0]),
)
# All gaps equal, a mixture, and one gap that is much longer than all others.
extreme_arrivals = st.one_of(
    st.builds(lambda first, wait, n: [first, *[wait] * n], waits, waits, st.integers(1, 40)),
    st.lists(waits, min_size=2, max_size=30),
    st.builds(
        lambda before, huge, after: [0.2, *[0.0125] * before, huge, *[0.0125] * after],
        st.integers(0, 200),
        st.floats(1, 20 * 3600),
        st.integers(0, 200),
    ),
).map(lambda waits: list(accumulate(waits)))


def dots(svg: str) -> list[tuple[float, float]]:
    (found,) = dots_of_lines(svg)
    return found


def dots_of_lines(svg: str) -> list[list[tuple[float, float]]]:
    paths = re.findall(r'd="([^"]*)"[^>]*stroke-linecap="round"', svg)
    return [
        [(float(x), float(y)) for x, y in re.findall(r"M(\S+?) (\S+?)h0", path)] for path in paths
    ]


class Box(NamedTuple):
    """The room that words take on a picture."""

    words: str
    left: float
    right: float
    top: float
    bottom: float


NARROW = frozenset(" .,:;'|!ijlt")


def boxes(svg: str) -> Iterator[Box]:
    """Yield where each text is, as wide as one of the wider fonts makes it."""
    for text in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        words, size = text.text or "", float(text.get("font-size") or 0)
        x, y = float(text.get("x") or 0), float(text.get("y") or 0)
        ems = sum(0.36 if character in NARROW else 0.62 for character in words)
        width = ems * size * (1.08 if text.get("font-weight") else 1)
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor", "start")]
        yield Box(words, left, left + width, y - 0.75 * size, y + 0.2 * size)


def check_words(svg: str) -> None:
    """Assert that each text is on the picture, and none on another."""
    found = list(boxes(svg))
    assert found
    for box in found:
        assert box.words
        assert box.left > 0 and box.right < snapshot.WIDTH, box
        assert box.top > 0 and box.bottom < plots.HEIGHT, box
    for one, other in combinations(found, 2):
        beside = one.right <= other.left or other.right <= one.left
        above = one.bottom <= other.top or other.bottom <= one.top
        assert beside or above, (one, other)


def test_same_times_same_bytes() -> None:
    first, second = plots.latency(TIMES), plots.latency(list(TIMES))
    assert first == second
    assert first._repr_mimebundle_() == second._repr_mimebundle_()


def test_another_process_gives_the_same_bytes_and_imports_no_library_that_plots() -> None:
    program = (
        "import sys; from helpers.svg import plots;"
        f"svgs = [plots.latency({TIMES[:40]}).svg,"
        f"plots.growth({{'a': {SQUARE}}}, title='t', across='a', up='u').svg,"
        "plots.arrivals({'a': [0.0, 1.5]}).svg];"
        "roots = {name.partition('.')[0] for name in sys.modules};"
        "assert not roots & {'matplotlib', 'numpy', 'PIL'}, roots;"
        "sys.stdout.buffer.write(''.join(svgs).encode())"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    assert run.stdout.decode() == (
        plots.latency(TIMES[:40]).svg
        + plots.growth({"a": SQUARE}, title="t", across="a", up="u").svg
        + plots.arrivals({"a": [0.0, 1.5]}).svg
    )
    assert run.stderr == b""


def test_noise_below_a_tenth_of_a_pixel_changes_nothing() -> None:
    noisy = [time + 1e-12 * (n % 3) for n, time in enumerate(TIMES)]
    assert plots.latency(noisy).svg == plots.latency(TIMES).svg


def test_the_picture_is_small_and_whole() -> None:
    svg = plots.latency(TIMES).svg
    root = ElementTree.fromstring(svg)
    assert len(svg.encode()) < 30_000
    assert root.tag == f"{SVG}svg"
    assert (root.get("width"), root.get("viewBox")) == ("700", f"0 0 700 {root.get('height')}")
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Gap before each piece of text"
    assert "The first came after 350 ms" in (root.findtext(f"{SVG}desc") or "")
    # Nothing that another plot on the same page could have, too, or that needs a network.
    assert not re.search(r"\bid=|href|<style|<script|<image|url\(", svg)


def test_there_is_one_dot_for_each_gap_where_it_belongs() -> None:
    found = dots(plots.latency([0.5, 0.6, 0.8, 1.0]).svg)
    assert len(found) == 3
    (x1, y1), (x2, y2), (x3, y3) = found
    left, right, bottom = plots.LEFT, 700 - plots.RIGHT, plots.HEIGHT - plots.BOTTOM
    assert [x1, x2, x3] == pytest.approx(
        [left + (right - left) * time for time in (0.6, 0.8, 1.0)], abs=0.06
    )
    assert y2 == y3
    assert bottom - y2 == pytest.approx(2 * (bottom - y1), abs=0.2)


def test_its_words_name_each_figure() -> None:
    words = [
        text.text for text in ElementTree.fromstring(plots.latency(TIMES).svg).iter(f"{SVG}text")
    ]
    assert "350 ms to first token" in words
    assert words[words.index("median gap") - 1] == "12.5 ms"
    assert words[words.index("99th percentile") - 1] == "20.0 ms"
    assert "700 pieces in 9.7 s" in words


def test_a_stall_is_named() -> None:
    times = [0.3 + n / 80 + (2.4 if n > 200 else 0) for n in range(400)]
    words = [
        text.text for text in ElementTree.fromstring(plots.latency(times).svg).iter(f"{SVG}text")
    ]
    assert "longest 2.4 s" in words
    assert "2 s" in words


def test_the_text_alternative() -> None:
    plot = plots.latency([0.35, 0.36, 0.38, 0.4, 0.42, 1.5])
    assert repr(plot) == plot.words == plot._repr_mimebundle_()["text/plain"]
    assert plot.words == (
        "Latency of an answer: 6 pieces in 1.5 s\n"
        "time to first token     350 ms\n"
        "median gap             20.0 ms\n"
        "99th percentile gap      1.1 s\n"
        "longest gap              1.1 s  (at 1.5 s)\n"
        "\n"
        "number of gaps, by their length\n"
        "    0 to 200 ms  ████████████████████████    4\n"
        "  200 to 400 ms                              0\n"
        "  400 to 600 ms                              0\n"
        "  600 to 800 ms                              0\n"
        " 800 to 1000 ms                              0\n"
        "1000 to 1200 ms  ██████                      1"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0.0 ms"),
        (0.0124, "12.4 ms"),
        (0.09994, "99.9 ms"),
        (0.09996, "100 ms"),
        (0.35, "350 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (12.34, "12.3 s"),
    ],
)
def test_a_time_has_the_precision_of_its_size(value: float, words: str) -> None:
    assert plots.seconds(value) == words


@given(arrivals)
def test_the_figures_are_what_they_are_called(times: list[float]) -> None:
    found = plots.measure(times)
    count = len(found.gaps)
    assert count == len(times) - 1
    assert sum(found.gaps) == pytest.approx(times[-1] - times[0], abs=1e-6 * count)
    assert (found.first, found.whole, found.longest) == (times[0], times[-1], max(found.gaps))
    assert found.longest_at == times[found.gaps.index(found.longest) + 1]
    for value, share in ((found.median, 0.5), (found.p99, 0.99)):
        assert value in found.gaps
        assert sum(gap <= value for gap in found.gaps) >= share * count
        assert sum(gap >= value for gap in found.gaps) >= (1 - share) * count


@given(arrivals)
def test_the_histogram_counts_each_gap_once(times: list[float]) -> None:
    found = plots.measure(times)
    rows = plots.histogram(found.gaps, found.p99)
    assert sum(int(row.split()[-1]) for row in rows) == len(found.gaps)
    assert 1 <= len(rows) <= 8
    assert len({len(row) for row in rows}) == 1


@settings(max_examples=examples(25))
@given(arrivals)
def test_any_times_make_a_picture_within_its_frame(times: list[float]) -> None:
    svg = plots.latency(times).svg
    ElementTree.fromstring(svg)
    found = dots(svg)
    assert len(found) == len(times) - 1
    for x, y in found:
        assert plots.LEFT <= x <= 700 - plots.RIGHT
        assert plots.TOP <= y <= plots.HEIGHT - plots.BOTTOM
    heights = [float(y) for y in re.findall(r'<text [^>]* y="([^"]*)"', svg)]
    assert len(heights) >= 9
    assert all(10 < y < plots.HEIGHT for y in heights)


@settings(max_examples=examples(150))
@given(extreme_arrivals)
def test_no_words_of_a_latency_plot_overlap(times: list[float]) -> None:
    check_words(plots.latency(times).svg)


def test_a_name_that_cannot_stand_beside_its_line_has_a_line_to_it() -> None:
    alike = plots.latency([0.5 + n * 0.01 for n in range(9)]).svg
    assert alike.count(f'stroke="{look.INK_2}"') == 2
    assert plots.latency(TIMES).svg.count(f'stroke="{look.INK_2}"') == 0


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ([], "There is nothing to plot: not one piece of text has arrived."),
        ([0.4], "One piece of text has no gap to plot: latency needs the times of two or more."),
        (
            [0.5, 0.4],
            "Time 2 (0.4 s) is earlier than the one before it (0.5 s): latency needs seconds "
            "after the request, in the order of arrival.",
        ),
        (
            [-0.1, 0.4],
            "Time 1 (-0.1 s) is earlier than the request: latency needs seconds after the "
            "request, in the order of arrival.",
        ),
        (
            [0.1, float("nan")],
            "Time 2 is nan: latency needs seconds after the request, as numbers.",
        ),
        (["a"], "Time 1 is 'a': latency needs seconds after the request, as numbers."),
    ],
)
def test_bad_times_get_a_sentence(times: list[float], sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        plots.latency(times)
    assert str(raised.value) == sentence


def growth(**lines: list[tuple[float, float]]) -> plots.Plot:
    return plots.growth(lines, title="Costs", across="characters", up="work")


SQUARE = [(1000.0 * 2**n, 50.0 * 4**n) for n in range(5)]
STRAIGHT = [(1000.0 * 2**n, 10.0 * 2**n) for n in range(5)]


def test_growth_has_a_text_alternative_with_every_number() -> None:
    assert growth(square=SQUARE, straight=STRAIGHT).words == (
        "Costs: work, by characters\n"
        "          1,000  2,000  4,000  8,000  16,000  each doubling\n"
        "square       50    200    800  3,200  12,800          4.0 ×\n"
        "straight     10     20     40     80     160          2.0 ×"
    )


def test_growth_draws_a_power_as_a_straight_line_and_says_how_steep_it_is() -> None:
    plot = growth(square=SQUARE, straight=STRAIGHT)
    assert plot == growth(square=SQUARE, straight=STRAIGHT)
    root = ElementTree.fromstring(plot.svg)
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert words[words.index("square") + 1] == "4.0 × each doubling"
    assert words[words.index("straight") + 1] == "2.0 × each doubling"
    assert "4.0 times as much for each doubling" in (root.findtext(f"{SVG}desc") or "")
    assert not re.search(r"\bid=|href|<style|<script|<image|url\(", plot.svg)
    slopes = []
    for places in dots_of_lines(plot.svg):
        steps = [(y1 - y2) / (x2 - x1) for (x1, y1), (x2, y2) in pairwise(places)]
        assert len(places) == 5
        assert steps == pytest.approx([steps[0]] * 4, abs=0.01)
        slopes.append(steps[0])
    assert slopes[0] == pytest.approx(2 * slopes[1], abs=0.01)


def test_names_of_lines_that_end_at_the_same_place_keep_their_distance() -> None:
    svg = growth(one=SQUARE, two=SQUARE, three=SQUARE).svg
    heights = [
        float(text.get("y") or 0)
        for text in ElementTree.fromstring(svg).iter(f"{SVG}text")
        if text.text in ("one", "two", "three")
    ]
    assert len(heights) == 3
    assert all(abs(a - b) >= 30 for a, b in pairwise(sorted(heights)))
    check_words(svg)


def test_a_line_goes_through_its_dots_and_needs_no_colour() -> None:
    svg = growth(one=SQUARE, two=STRAIGHT, three=[(1000.0, 7.0), (3000.0, 9.0)]).svg
    lines = list(ElementTree.fromstring(svg).iter(f"{SVG}polyline"))
    through = [
        [tuple(map(float, place.split(","))) for place in (line.get("points") or "").split()]
        for line in lines
    ]
    assert through == dots_of_lines(svg)
    assert len({line.get("stroke-dasharray") for line in lines}) == 3
    assert len({line.get("stroke") for line in lines}) == 3


def test_a_long_name_is_cut_in_the_picture_and_whole_in_its_words() -> None:
    name = "a name that is much longer than its place"
    plot = growth(**{name: SQUARE})
    assert name in plot.words
    assert name in (ElementTree.fromstring(plot.svg).findtext(f"{SVG}desc") or "")
    assert "a name that is much l…" in [box.words for box in boxes(plot.svg)]
    check_words(plot.svg)
    crowd = plots.arrivals({name: [0.0]})
    assert name in crowd.words
    check_words(crowd.svg)


powers = st.builds(
    lambda size, cost, power, n: [(size * 2**k, cost * 2 ** (k * power)) for k in range(n)],
    st.floats(1e-3, 1e9),
    st.floats(1e-6, 1e9),
    st.floats(-2, 6),
    st.integers(2, 16),
)
points = st.builds(
    lambda sizes, costs: list(zip(sorted(sizes), costs, strict=False)),
    st.lists(st.integers(1, 10**6), min_size=2, max_size=30, unique=True),
    st.lists(st.floats(1, 50), min_size=30, max_size=30),
).filter(lambda points: points[-1][0] >= 2 * points[0][0])


@settings(max_examples=examples(150))
@given(st.lists(st.one_of(powers, points), min_size=1, max_size=3))
def test_no_words_of_a_growth_plot_overlap(lines: list[list[tuple[float, float]]]) -> None:
    svg = growth(**dict(zip(("every fragment", "once", "at its stop"), lines, strict=False))).svg
    check_words(svg)
    for x, y in [place for places in dots_of_lines(svg) for place in places]:
        assert plots.LEFT <= x <= 700 - plots.GROWTH_RIGHT
        assert plots.TOP <= y <= plots.HEIGHT - plots.BOTTOM


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ({}, "growth draws one to 3 lines, and got 0."),
        ({"a": [(1.0, 1.0)]}, "The line 'a' needs two or more points whose sizes rise."),
        (
            {"a": [(2.0, 1.0), (1.0, 2.0)]},
            "The line 'a' needs two or more points whose sizes rise.",
        ),
        ({"a": [(1.0, 0.0), (2.0, 2.0)]}, "The line 'a' holds a value that is not above zero."),
    ],
)
def test_lines_that_cannot_be_drawn_get_a_sentence(
    lines: dict[str, list[tuple[float, float]]], sentence: str
) -> None:
    with pytest.raises(ValueError) as raised:
        growth(**lines)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (850, "850"),
        (1000, "1k"),
        (4070, "4.1k"),
        (16070, "16k"),
        (64.6e6, "65M"),
        (2e9, "2G"),
        (3e16, "3e+16"),
    ],
)
def test_a_count_is_short(value: float, words: str) -> None:
    assert plots.short(value) == words


def strips(svg: str) -> list[list[tuple[float, float, float]]]:
    """Return the (x, bottom, top) of each bar of each strip."""
    number = r"(\d+(?:\.\d)?)"
    return [
        [
            (float(x), float(bottom), float(top))
            for x, bottom, top in re.findall(f"M{number} {number}V{number}", bars)
        ]
        for bars in re.findall(r'd="([^"]*)"[^>]*stroke-width="2"', svg)
    ]


def test_crowds_are_drawn_as_bars_of_their_size() -> None:
    together = plots.arrivals({"a": [0.0] * 80, "b": [0.05, 0.05, 1.3, 90.0]}, until=20)
    assert together == plots.arrivals({"a": [0.0] * 80, "b": [0.05, 0.05, 1.3, 90.0]}, until=20)
    assert not re.search(r"\bid=|href|<style|<script|<image|url\(", together.svg)
    assert "b: 4 requests, the last after 90.0 s" in together.svg
    heights = [[low - high for _, low, high in bars] for bars in strips(together.svg)]
    assert heights[0] == pytest.approx([56], abs=0.2)  # the largest fills its strip
    assert heights[1] == pytest.approx([56 * 2 / 80, 56 / 80], abs=0.2)  # 90 s is outside


def test_a_bar_stands_in_the_middle_of_its_tenth() -> None:
    (bars,) = strips(plots.arrivals({"a": [0.0, 1.31, 19.99]}).svg)
    width = 700 - plots.CROWDS_RIGHT - plots.LEFT
    assert [x for x, _, _ in bars] == pytest.approx(
        [plots.LEFT + width * time / 20 for time in (0.05, 1.35, 19.95)], abs=0.06
    )


def test_what_comes_after_the_end_does_not_shrink_the_bars() -> None:
    plot = plots.arrivals({"a": [0.0] * 4 + [90.0] * 400, "b": [80.0]})
    first, second = strips(plot.svg)
    assert [low - high for _, low, high in first] == pytest.approx([56], abs=0.1)
    assert second == []
    assert "400 in 0.1 s" in plot.words


crowds = st.lists(
    st.lists(st.floats(0, 4000), min_size=1, max_size=60), min_size=1, max_size=3
).map(lambda crowds: dict(zip(("without jitter", "with jitter", "full"), crowds, strict=False)))


@given(crowds, st.sampled_from([0.05, 0.5, 2.0, 20.0, 90.0, 3600.0, 40000.0]))
def test_no_words_of_an_arrivals_plot_overlap(crowds: dict[str, list[float]], until: float) -> None:
    check_words(plots.arrivals(crowds, until=until).svg)


def test_crowds_in_words() -> None:
    assert plots.arrivals({"a": [0.0] * 1200, "bc": [0.0, 1.0, 1.05, 9.0]}).words == (
        "Who comes when\n"
        "    requests  largest rush after the first  last request\n"
        "a      1,200                    0 in 0.1 s        0.0 ms\n"
        "bc         4                    2 in 0.1 s         9.0 s"
    )


@pytest.mark.parametrize("crowds", [{}, {"a": []}, {name: [1.0] for name in "abcd"}])
def test_crowds_that_cannot_be_drawn_get_a_sentence(crowds: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="one to three crowds, each of one request or more"):
        plots.arrivals(crowds)


# Scales, ticks and where labels stand

positive = st.floats(1e-300, 1e300)


@given(positive, positive, st.booleans())
def test_a_scale_takes_its_ends_to_its_pixels_and_keeps_the_order(
    one: float, other: float, log: bool
) -> None:
    low, high = sorted((one, other))
    scale = Scale(low, high, 58, 524, log=log)
    differ = math.log10(low) < math.log10(high) if log else low < high
    assert scale(low) == 58
    assert scale(high) == pytest.approx(524 if differ else 58)
    places = [scale(value) for value in (low, low / 2 + high / 2, high)]
    assert places == sorted(places)


@given(st.floats(1e-9, 1e9), st.floats(2, 1e6), st.floats(1, 10))
def test_equal_ratios_take_equal_room_on_a_logarithmic_scale(
    low: float, ratio: float, factor: float
) -> None:
    scale = Scale(low, low * ratio, 0, 100, log=True)
    first, second = low * 1.1, low * 1.3
    assert scale(first * factor) - scale(first) == pytest.approx(
        scale(second * factor) - scale(second), abs=1e-6
    )


def test_a_scale_of_one_value_has_a_place_for_it() -> None:
    assert Scale(7, 7, 58, 524)(7) == Scale(7, 7, 58, 524, log=True)(7) == 58


def leading(value: float) -> tuple[int, ...]:
    """Return the digits of a number without the zeros that follow."""
    return Decimal(repr(value)).normalize().as_tuple().digits


@given(st.floats(1e-6, 1e12), st.integers(1, 12))
def test_ticks_are_round_few_and_within_the_range(end: float, most: int) -> None:
    ticks = plot_scales.linear_ticks(end, most)
    step = plot_scales.step(end, most)
    assert leading(step) in ((1,), (2,), (5,))
    assert ticks == pytest.approx([step * n for n in range(len(ticks))])
    assert ticks[0] == 0 and ticks[-1] <= end * (1 + 1e-9)
    assert len(ticks) - 1 <= most
    assert end < step * len(ticks) * (1 + 1e-9)  # no tick is missing at the end
    assert step <= 2.5 * end / most * (1 + 1e-9)  # a finer step would give too many


@given(positive, positive, st.integers(2, 9))
def test_logarithmic_ticks_are_round_few_and_just_around_the_range(
    one: float, other: float, most: int
) -> None:
    low, high = sorted((one, other))
    ticks = plot_scales.log_ticks(low, high, most)
    assert 2 <= len(ticks) <= most
    assert ticks == sorted(set(ticks))
    assert all(leading(tick) in ((1,), (2,), (5,)) for tick in ticks)
    assert ticks[0] <= low < ticks[1]
    assert ticks[-1] >= high and (ticks[-2] < high or len(ticks) == 2)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1000, 1000, [1000, 2000]),
        (999.9999999999999, 1000, [500, 1000]),
        (0.003, 0.0041, [0.002, 0.005]),
        (50, 900, [50, 100, 200, 500, 1000]),
        (4070, 64_628_371, [1e3, 1e4, 1e5, 1e6, 1e7, 1e8]),
        (1, 2e7, [1e0, 1e2, 1e4, 1e6, 1e8]),
    ],
)
def test_logarithmic_ticks_suit_the_range(low: float, high: float, ticks: list[float]) -> None:
    assert plot_scales.log_ticks(low, high, 6) == ticks


@given(st.floats(1e-3, 1e6), st.integers(1, 10))
def test_a_time_on_an_axis_is_where_its_label_says(end: float, most: int) -> None:
    ticks = plot_scales.time_ticks(end, most)
    assert ticks[0] == (0, "0")
    assert len({label for _, label in ticks}) == len(ticks)
    for time, label in ticks[1:]:
        value, unit = label.split()
        assert time == pytest.approx(
            float(value.replace(",", "")) * {"ms": 0.001, "s": 1, "h": 3600}[unit]
        )


@pytest.mark.parametrize(
    ("end", "labels"),
    [
        (0.99, ["0", "500 ms"]),
        (2.5, ["0", "1 s", "2 s"]),
        (9000, ["0", "5,000 s"]),
        (4 * 3600, ["0", "2 h", "4 h"]),
    ],
)
def test_a_time_on_an_axis_has_the_unit_of_its_size(end: float, labels: list[str]) -> None:
    assert [label for _, label in plot_scales.time_ticks(end, 3)] == labels


@given(st.lists(st.floats(-50, 300), min_size=1, max_size=3))
def test_names_keep_their_distance_their_order_and_their_bounds(places: list[float]) -> None:
    places.sort()
    spread = plot_scales.spread(places, 30, 76, 207)
    assert len(spread) == len(places)
    assert all(76 - 1e-9 <= place <= 207 + 1e-9 for place in spread)
    assert all(later - earlier >= 30 - 1e-9 for earlier, later in pairwise(spread))


def test_names_move_no_more_than_they_must() -> None:
    assert plot_scales.spread([100, 150, 200], 30, 76, 207) == [100, 150, 200]
    assert plot_scales.spread([120, 120, 120], 30, 76, 207) == [90, 120, 150]
    assert plot_scales.spread([207, 207], 30, 76, 207) == [177, 207]


def test_labels_neither_repeat_nor_touch() -> None:
    labels = [(0.0, "1k"), (10.0, "1k"), (50.0, "1k"), (60.0, "1.1k"), (70.0, "1.2k"), (99.0, "2k")]
    assert plot_scales.apart(labels, 30) == [(0.0, "1k"), (60.0, "1.1k"), (99.0, "2k")]


# What snapshots are drawn with


def test_dots_bars_and_lines_round_to_a_tenth_and_are_one_element() -> None:
    assert snapshot.dots([(1.04, 2), (3, 4.06)], 5, "#111") == (
        '<path d="M1 2h0M3 4.1h0" fill="none" stroke="#111" stroke-width="5" '
        'stroke-linecap="round"/>'
    )
    assert snapshot.bars([(1, 9, 2.5), (3, 9, 4)], 2, "#111") == (
        '<path d="M1 9V2.5M3 9V4" fill="none" stroke="#111" stroke-width="2"/>'
    )
    assert snapshot.polyline([(1, 2), (3.33, 4)], "#111", stroke_width=1.5) == (
        '<polyline points="1,2 3.3,4" fill="none" stroke="#111" stroke-width="1.5"/>'
    )
