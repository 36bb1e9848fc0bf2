"""The queue view: what it measures, the pictures, and live runs through the real queue."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import course
from helpers.simulation.queue_runs import TOKENS
from helpers.widgets import answer_views as views
from helpers.widgets.queue.model import Curve, Sample, corners, row, sentence, table
from helpers.widgets.queue.snapshot import draw, span_for, tell
from helpers.widgets.queue.view import QueueView

# A UI that is still slower than the stream, but done with all of it in a second.
QUICK: dict[str, Any] = {"tokens_per_second": 20_000, "ui_per_second": 2_000}


@pytest.fixture(scope="module")
def view() -> QueueView:
    return course.queue()


@pytest.fixture(scope="module")
def expected_curves(view: QueueView) -> dict[str, Curve]:
    return {curve.policy: curve for curve in view._expected}


def test_who_waits_loses_nothing_and_ends_late(expected_curves: dict[str, Curve]) -> None:
    curve = expected_curves["wait"]
    assert (curve.now.shown, curve.now.dropped, curve.now.merged) == (TOKENS, 0, 0)
    assert curve.deepest == 64
    # 2,000 events at 200 a second take ten seconds, and the model one.
    assert curve.ended == pytest.approx(10.2, abs=0.1)
    assert curve.written == pytest.approx(1.2, abs=0.01)
    assert curve.behind == pytest.approx(9.0, abs=0.15)
    assert curve.tail.endswith(" 1998 1999 2000")


def test_who_drops_keeps_up_and_has_gaps(expected_curves: dict[str, Curve]) -> None:
    curve = expected_curves["drop"]
    assert curve.now.shown + curve.now.dropped == TOKENS
    assert curve.now.dropped > 1_500
    assert curve.behind == pytest.approx(64 / 200, abs=0.05)
    numbers = [int(word) for word in curve.tail.split()[1:]]
    assert numbers == sorted(numbers)
    assert numbers[-1] - numbers[0] > 2 * len(numbers)


def test_who_coalesces_keeps_up_and_loses_nothing(expected_curves: dict[str, Curve]) -> None:
    curve = expected_curves["coalesce"]
    assert (curve.now.shown, curve.now.dropped) == (TOKENS, 0)
    assert curve.now.merged > 1_500
    assert curve.behind == pytest.approx(64 / 200, abs=0.05)
    assert curve.tail.endswith(" 1998 1999 2000")


def test_the_queue_is_full_while_the_stream_lasts_and_empty_in_the_end(
    expected_curves: dict[str, Curve],
) -> None:
    for curve in expected_curves.values():
        depths = [sample.depth for sample in curve.samples]
        assert max(depths) <= 64 and depths[-1] == 0
        full = [s.depth >= 60 for s in curve.samples if 0.4 < s.at < curve.written - 0.1]
        assert full and all(full)
        # Thirty samples a second, each later than the one before.
        assert len(curve.samples) == pytest.approx(30 * curve.ended, rel=0.1)
        assert [s.at for s in curve.samples] == sorted({s.at for s in curve.samples})


def test_snapshot_and_text_are_the_same_in_every_run(view: QueueView) -> None:
    views.curves.cache_clear()
    again = course.queue()
    assert (again.snapshot(), again.text_alternative()) == (
        view.snapshot(),
        view.text_alternative(),
    )
    assert "0x" not in repr(view)
    root = ElementTree.fromstring(view.snapshot())
    assert root.get("width") == "700"
    words = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sum(word == "64" for word in words) == 3
    assert "✓ Nothing lost. Done 9.0 s after the model." in words
    assert len(view.snapshot()) < 12_000
    assert view.text_alternative().splitlines()[1].split("  ")[0] == "when full"


def test_a_run_that_has_not_begun_shows_nothing_of_its_end() -> None:
    view = course.queue(**QUICK)
    assert (view.state["running"], view.state["begun"]) == (False, False)
    assert [set(cells[1:]) for cells in view.state["rows"][1:]] == [{"–"}] * 3
    assert view.state["words"] == "Not started."
    ElementTree.fromstring(view.state["svg"])
    at_rest = list(view.curves.values())
    ElementTree.fromstring(draw(at_rest, capacity=64, span=2))
    assert "drop: Not started." in tell(at_rest, capacity=64)


def test_live_runs_go_through_the_real_queue_and_are_kept_beside_each_other() -> None:
    # All of the stream at once, and a UI so slow that any machine reads faster.
    view = course.queue("drop", tokens_per_second=20_000)
    sent: list[dict[str, Any]] = []
    view.send = sent.append
    for policy in ("drop", "coalesce"):
        sent.clear()
        view.choose(policy)
        view.start()
        assert view.wait(60)
        curve = view.curves[policy]
        assert (curve.state, curve.problem, curve.deepest) == ("done", "", 64)
        assert curve.now.shown + curve.now.dropped == TOKENS
        assert (curve.now.dropped > 0, curve.now.merged > 0) == (
            policy == "drop",
            policy == "coalesce",
        )
        # Pictures, not a message per token: far below what a Jupyter server lets through.
        assert len(sent) <= 18 * curve.ended + 5
        assert row(curve) in view.state["rows"]
        assert view.state["words"] == sentence(curve)
        assert view.state["clock"] == curve.ended
    assert [curve.state for curve in view.curves.values()] == ["ready", "done", "done"]
    view.close()


def test_a_live_run_that_waits_shows_every_token() -> None:
    view = course.queue(**QUICK, autostart=True)
    assert view.wait(60)
    curve = view.curves["wait"]
    assert (curve.state, curve.now.shown, curve.now.dropped) == ("done", TOKENS, 0)
    assert 0 < curve.deepest <= 64
    assert curve.tail.endswith(" 1998 1999 2000")


def test_the_old_name_of_a_number_works_and_warns() -> None:
    with pytest.warns(FutureWarning, match="face_per_second is called ui_per_second now"):
        view = course.queue(face_per_second=500)
    assert "the UI shows 500 events a second" in view.setup["about"]


def test_it_is_stopped_in_the_middle() -> None:
    view = course.queue("wait")
    view.start()
    view.stop()
    assert view.wait(60)
    curve = view.curves["wait"]
    assert curve.state == "stopped" and curve.now.shown < TOKENS
    assert sentence(curve).startswith("Stopped after")
    assert "stopped after" in row(curve)[-1]


def test_a_server_that_is_not_there_ends_in_a_sentence() -> None:
    view = course.queue("wait", **QUICK)
    view._body = {**view._body, "model": "no-such-model"}
    view.start()
    assert view.wait(60)
    assert view.curves["wait"].state == "failed"
    assert sentence(view.curves["wait"]).startswith("✕ Failed after")


def test_a_page_chooses_and_nonsense_is_ignored() -> None:
    view = course.queue(**QUICK)
    view._receive(None, {"op": "choose", "policy": "drop"}, None)
    assert view._chosen == "drop"
    view._receive(None, {"op": "choose", "policy": "burn"}, None)
    assert view._chosen == "drop"
    with pytest.raises(ValueError, match="can wait, drop, coalesce, but not 'burn'"):
        view.choose("burn")
    with pytest.raises(ValueError, match="can wait, drop, coalesce, but not 'burn'"):
        course.queue("burn", **QUICK)
    with pytest.raises(ValueError, match="capacity is a number above 0; it is 0"):
        course.queue(capacity=0)


@given(st.lists(st.integers(0, 5), max_size=40))
def test_corners_keep_the_shape(depths: list[int]) -> None:
    samples = [Sample(at=float(at), depth=depth) for at, depth in enumerate(depths)]
    kept = dict(corners(samples))
    # Between two corners the line is level, or the two are neighbours.
    at = sorted(kept)
    assert at[:1] == [0.0][: len(depths)] and at[-1:] == [float(len(depths) - 1)][: len(depths)]
    for left, right in pairwise(at):
        between = {depths[int(place)] for place in range(int(left), int(right) + 1)}
        assert right - left == 1 or len(between) == 1


def test_words_and_rows_for_every_state() -> None:
    sample = Sample(2.0, 0, 1_000, 1_000, 0, 0.3)
    curve = Curve("drop", "done", (sample,), "9", 64, 0.4, 1.2, 1.5)
    assert sentence(curve) == "✕ 1,000 tokens lost. Done 0.3 s after the model."
    assert row(curve) == ["drop", "1,000", "1,000", "0", "64", "0.4 s", "after 1.5 s"]
    assert row(replace(curve, state="running", ended=None))[-1] == "…"
    assert len(table([curve])[0]) == len(row(curve)) == len(row(Curve("wait")))
    assert span_for(10.2) == 12 and span_for(0.1) == 2
