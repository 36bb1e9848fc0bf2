"""The plots: the same bytes each time, and figures that are true."""

import re
import subprocess
import sys
from itertools import accumulate, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import plots

SVG = "{http://www.w3.org/2000/svg}"

# First token at 350 ms, then 80 pieces a second, each eighth a little late.
TIMES = list(accumulate([0.35, *(0.02 if n % 8 == 7 else 0.0125 for n in range(699))]))

arrivals = st.lists(st.floats(0, 100), min_size=2, max_size=60).map(
    lambda waits: list(accumulate(waits))
)


def dots(svg: str) -> list[tuple[float, float]]:
    (path,) = re.findall(r'd="([^"]*)"[^>]*stroke-linecap: round', svg)
    return [(float(x), float(y)) for x, y in re.findall(r"M(\S+) (\S+)h0", path)]


def test_same_times_same_bytes() -> None:
    first, second = plots.latency(TIMES), plots.latency(list(TIMES))
    assert first == second
    assert first._repr_mimebundle_() == second._repr_mimebundle_()


def test_another_process_with_another_taste_gives_the_same_bytes() -> None:
    program = (
        "import matplotlib, sys; from helpers import plots;"
        "matplotlib.rcParams.update({'lines.linewidth': 9, 'font.size': 30});"
        f"plot = plots.latency({TIMES[:40]});"
        "assert matplotlib.rcParams['font.size'] == 30;"
        "sys.stdout.buffer.write(plot.svg.encode())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert run.stdout.decode() == plots.latency(TIMES[:40]).svg
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


def test_the_twin() -> None:
    plot = plots.latency([0.35, 0.36, 0.38, 0.4, 0.42, 1.5])
    assert repr(plot) == plot.words == plot._repr_mimebundle_()["text/plain"]
    assert plot.words == (
        "Latency of an answer: 6 pieces in 1.5 s\n"
        "time to first token     350 ms\n"
        "median gap             20.0 ms\n"
        "99th percentile gap      1.1 s\n"
        "longest gap              1.1 s  (at 1.5 s)\n"
        "\n"
        "how many gaps were how long\n"
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


@settings(max_examples=25)
@given(arrivals)
def test_any_times_make_a_picture_within_its_frame(times: list[float]) -> None:
    svg = plots.latency(times).svg
    ElementTree.fromstring(svg)
    found = dots(svg)
    assert len(found) == len(times) - 1
    for x, y in found:
        assert plots.LEFT <= x <= 700 - plots.RIGHT
        assert plots.TOP <= y <= plots.HEIGHT - plots.BOTTOM
    for y in re.findall(r'<text [^>]* y="([^"]*)"', svg):
        assert 10 < float(y) < plots.HEIGHT


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


def test_growth_has_a_twin_with_every_number() -> None:
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
    lines = re.findall(r'd="([^"]*)"[^>]*stroke-linecap: round', plot.svg)
    slopes = []
    for line in lines:
        places = [(float(x), float(y)) for x, y in re.findall(r"M(\S+) (\S+)h0", line)]
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
    assert all(abs(a - b) >= 30 for a, b in pairwise(sorted(heights)))


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
    [(850, "850"), (1000, "1k"), (4070, "4.1k"), (16070, "16k"), (64.6e6, "65M"), (2e9, "2G")],
)
def test_a_count_is_short(value: float, words: str) -> None:
    assert plots.short(value) == words


def test_crowds_are_drawn_as_bars_of_their_size() -> None:
    together = plots.arrivals({"a": [0.0] * 80, "b": [0.05, 0.05, 1.3, 90.0]}, until=20)
    assert together == plots.arrivals({"a": [0.0] * 80, "b": [0.05, 0.05, 1.3, 90.0]}, until=20)
    assert not re.search(r"\bid=|href|<style|<script|<image|url\(", together.svg)
    assert "b: 4 requests, the last after 90.0 s" in together.svg
    (first, second) = re.findall(r'd="([^"]*)"[^>]*stroke-width: 2;', together.svg)
    heights = [
        [float(low) - float(high) for low, high in re.findall(r"M \S+ (\S+) L \S+ (\S+)", bars)]
        for bars in (first, second)
    ]
    assert heights[0] == pytest.approx([56], abs=0.2)  # the largest fills its strip
    assert heights[1] == pytest.approx([56 * 2 / 80, 56 / 80], abs=0.2)  # 90 s is outside


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
