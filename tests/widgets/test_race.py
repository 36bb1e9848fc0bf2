"""The race: two answers on one clock, and what is said about them."""

import asyncio
import time
from itertools import count
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import BEGIN, delta, opener, start, text_answer

from helpers import course
from helpers.render.endings import STOPPED
from helpers.widgets.answer import Answer, fold
from helpers.widgets.race.model import Numbers
from helpers.widgets.race.snapshot import draw, tell, verdict
from helpers.widgets.race.view import Race


def race(**options: Any) -> Race:
    async def whole(duration: float, tokens: int) -> str:
        await asyncio.sleep(0.05)
        return "one two"

    def stream(first_token: float, duration: float, tokens: int) -> Any:
        return opener(text_answer("one ", "two"), gap=0.005)()

    return Race(**{"run_stream": stream, "run_blocking": whole, **options})


def states(view: Race) -> dict[str, str]:
    return {lane: answer["state"] for lane, answer in view.state["lanes"].items()}


def test_both_run_at_once_and_the_final_state_stands_in_the_trait() -> None:
    streamed = asyncio.Event()

    async def whole(duration: float, tokens: int) -> str:
        await streamed.wait()
        return "one two"

    def stream(first_token: float, duration: float, tokens: int) -> Any:
        return opener(text_answer("one ", "two"), closed=streamed.set)()

    view = race(run_blocking=whole, run_stream=stream)
    view._clock = count(0, 0.01).__next__
    view.start()
    assert view.wait(60)
    assert states(view) == {"streamed": "done", "blocking": "done"}
    lanes = view.state["lanes"]
    assert lanes["streamed"]["text"] == lanes["blocking"]["text"] == "one two"
    assert lanes["streamed"]["first_token"] < lanes["blocking"]["first_token"]
    # All at once: the first word is also the last.
    assert lanes["blocking"]["first_token"] == pytest.approx(lanes["blocking"]["ended"], abs=0.05)


def test_what_is_run_is_what_the_sliders_say() -> None:
    asked: list[tuple[float, ...]] = []

    async def whole(duration: float, tokens: int) -> str:
        asked.append((duration, tokens))
        return "one"

    def stream(first_token: float, duration: float, tokens: int) -> Any:
        asked.append((first_token, duration, tokens))
        return opener(text_answer("one"))()

    view = race(run_stream=stream, run_blocking=whole)
    for name, value in {"first_token": 1, "streamed": 9.5, "blocking": 4, "tokens": 50}.items():
        view._handle_custom_msg({"op": "number", "name": name, "value": value}, [])
    view._handle_custom_msg({"op": "number", "name": "colour", "value": 1}, [])
    view._handle_custom_msg({"op": "number", "name": "tokens", "value": "many"}, [])
    view._handle_custom_msg({"op": "start"}, [])
    assert view.wait(60)
    assert sorted(asked) == [(1.0, 9.5, 50), (4.0, 50)]
    assert view.numbers == {"first_token": 1.0, "streamed": 9.5, "blocking": 4.0, "tokens": 50}


def test_stop_ends_both_and_keeps_what_came() -> None:
    async def whole(duration: float, tokens: int) -> str:
        await asyncio.sleep(3600)
        return "never"

    view = race(
        run_stream=lambda *_: opener([BEGIN, start(), delta("one ")], hang=True)(),
        run_blocking=whole,
        autostart=True,
    )
    deadline = time.monotonic() + 60
    while view._answers["streamed"].text != "one ":
        assert time.monotonic() < deadline
        time.sleep(0.005)
    view._handle_custom_msg({"op": "stop"}, [])
    assert view.wait(60)
    assert states(view) == {"streamed": "stopped", "blocking": "stopped"}
    assert view.state["lanes"]["streamed"]["text"] == "one "


def test_stop_right_after_start_says_so() -> None:
    for _ in range(20):
        view = race(autostart=True)
        view.stop()
        assert view.wait(60)
        assert states(view) == {"streamed": "stopped", "blocking": "stopped"}


def test_stop_leaves_the_one_that_is_done() -> None:
    view = race(
        run_stream=lambda *_: opener([BEGIN, start(), delta("one ")], hang=True)(), autostart=True
    )
    deadline = time.monotonic() + 60
    while view._answers["blocking"].state != "done":
        assert time.monotonic() < deadline
        time.sleep(0.005)
    view.stop()
    assert view.wait(60)
    assert states(view) == {"streamed": "stopped", "blocking": "done"}


def test_one_that_fails_does_not_end_the_other() -> None:
    async def whole(duration: float, tokens: int) -> str:
        raise ValueError("no answer")

    view = race(run_blocking=whole, autostart=True)
    assert view.wait(60)
    assert states(view) == {"streamed": "done", "blocking": "failed"}
    assert view.state["lanes"]["blocking"]["problem"] == "ValueError: no answer."


def test_the_question_is_answered_with_what_differed() -> None:
    view = race(autostart=True)
    view._handle_custom_msg({"op": "felt", "lane": "streamed"}, [])
    assert view.wait(60)
    view._handle_custom_msg({"op": "felt", "lane": "neither"}, [])
    view._handle_custom_msg({"op": "felt", "lane": "blocking"}, [])
    assert view.state["felt"] == "blocking"
    assert view.state["verdict"].startswith("You said: blocking. Streamed against blocking: ")


def test_a_new_race_asks_anew() -> None:
    view = race(autostart=True)
    assert view.wait(60)
    view._handle_custom_msg({"op": "felt", "lane": "streamed"}, [])
    view.start()
    assert view.wait(60)
    assert (view.state["felt"], view.state["verdict"]) == ("", "")


def end_answer(first: float, last: float) -> Answer:
    answer = fold([(first, start()), (first, delta("one ")), (last, delta("two"))])
    answer.end(last)
    return answer


def test_the_verdict_names_both_gaps_and_their_direction() -> None:
    words = verdict("streamed", end_answer(0.2, 8.0), end_answer(5.0, 5.0))
    assert "first word 4.8 s sooner, last word 3.0 s later." in words
    assert "at the same time" in verdict("blocking", end_answer(5.0, 8.0), end_answer(5.01, 5.01))
    assert verdict("", end_answer(0.2, 8.0), end_answer(5.0, 5.0)) == ""
    stopped = Answer(begun=True)
    stopped.end(1.0, STOPPED)
    assert verdict("streamed", end_answer(0.2, 8.0), stopped) == ""


def test_snapshot_and_text_tell_the_race_that_the_numbers_promise() -> None:
    view = race()
    assert view.text_alternative() == (
        "Race: the same answer of 120 tokens, twice.\n"
        "Streamed: first word after 200 ms, last word after 8.0 s.\n"
        "Blocking: nothing for 5.0 s, then all at once.\n"
        "Streamed against blocking: first word 4.8 s sooner, last word 3.0 s later. "
        "Which feels faster?"
    )
    for words in ("first word 200 ms", "last word 8.0 s", "all at once 5.0 s"):
        assert words in view.snapshot()


numbers = st.floats(-10, 100)


@given(numbers, numbers, numbers, numbers)
def test_any_numbers_are_brought_within_reason_and_drawn(
    first: float, streamed: float, blocking: float, tokens: float
) -> None:
    reasonable = Numbers(first, streamed, blocking, tokens).within_reason()  # type: ignore[arg-type]
    assert 0 < reasonable.first_token <= reasonable.streamed <= 20
    assert 0 < reasonable.blocking <= 20
    assert 10 <= reasonable.tokens <= 400
    assert reasonable.within_reason() == reasonable
    ElementTree.fromstring(draw(reasonable))
    assert tell(reasonable).count("\n") == 3


def test_labels_of_the_snapshot_stay_apart() -> None:
    """Wherever the marks fall, no two labels share a line and a place."""
    for first in (0.05, 2.0, 4.9):
        for streamed in (5.0, 8.0, 20.0):
            tree = ElementTree.fromstring(draw(Numbers(first, streamed, 5.0, 100)))
            labels = [
                (float(node.get("y", 0)), float(node.get("x", 0)), node.get("text-anchor"))
                for node in tree.iter("{http://www.w3.org/2000/svg}text")
                if (node.text or "").startswith(("first word", "last word"))
            ]
            (y1, x1, anchor1), (y2, x2, _) = labels
            left = x1 if anchor1 is None else x1 - 110
            assert y1 != y2 or left + 115 < x2 - 100


def test_the_courses_race_is_over_at_its_last_word_and_asks() -> None:
    view = course.race(streamed=1, blocking=1)
    view.start()
    assert view.wait(60)
    assert states(view) == {"streamed": "done", "blocking": "done"}
    view._handle_custom_msg({"op": "felt", "lane": "streamed"}, [])
    assert view.state["verdict"].startswith("You said: streamed.")
