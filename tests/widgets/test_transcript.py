"""The transcript over real streams on the real background loop."""

import threading
import time
from functools import partial
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import BEGIN, closing, delta, opener, start, stop, text_answer

from helpers.client import ErrorEvent, StreamTruncated
from helpers.providers.models import price
from helpers.render.endings import failure
from helpers.render.run_parts import Block
from helpers.render.run_state import RunState
from helpers.widgets import live
from helpers.widgets.answer import Answer, fold
from helpers.widgets.problems import problem_of
from helpers.widgets.transcript.snapshot import draw, seconds, tell
from helpers.widgets.transcript.view import Transcript

HOSTILE = "</text><script>alert(1)</script> & \x00\x0b \ud800 ]]> \"'"


def until(condition: Any, timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_cell_returns_at_once_and_the_final_state_stands_in_the_trait() -> None:
    view = Transcript("Count.", opener(text_answer("one ", "two ", "🧵"), gap=0.01))
    assert view.state["state"] in ("ready", "waiting", "streaming")
    assert view.wait(60)
    assert view.state["state"] == "done"
    assert view.state["stop_reason"] == "end_turn"
    assert view.state["tokens"] == 10
    assert [block["text"] for block in view.state["blocks"]] == ["one two 🧵"]
    assert view.answer.text == "one two 🧵"


def test_waiting_sends_the_final_state_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    view = Transcript("Count.", opener(text_answer("one")))
    sent: list[tuple[str, object]] = []
    assert view._running is not None
    assert view._running.wait(60)
    monkeypatch.setattr(
        view, "send_state", lambda key: sent.append((threading.current_thread().name, key))
    )
    assert view.wait(60)
    # From this thread: in a notebook, as an output of the cell that waits.
    assert sent == [(threading.current_thread().name, ["state"])]


def test_stop_keeps_the_text_and_closes_the_stream() -> None:
    closed = threading.Event()
    stream = opener([BEGIN, start(), delta("one ")], hang=True, closed=closed.set)
    view = Transcript("Count.", stream)
    until(lambda: view.answer.text == "one ")
    view.stop()
    view.stop()
    assert view.wait(60)
    assert closed.is_set()
    assert view.state["state"] == "stopped"
    assert view.state["blocks"][0] == {
        "kind": "text",
        "name": "",
        "text": "one ",
        "state": "cut",
        "seconds": view.state["blocks"][0]["seconds"],
    }
    assert view.state["counted"] is False


def test_stop_right_after_start_says_so() -> None:
    for _ in range(20):
        view = Transcript("Count.", opener([], hang=True))
        view.stop()
        assert view.wait(60)
        assert view.state["state"] == "stopped"


def test_stop_before_start_and_wait_without_a_stream_do_nothing() -> None:
    view = Transcript("Count.", opener([]), autostart=False)
    view.stop()
    assert view.wait(0.01) is False
    assert view.state["state"] == "ready"


def test_wait_gives_up_when_told_to() -> None:
    view = Transcript("Count.", opener([BEGIN], hang=True))
    assert view.wait(0.05) is False
    view.close()


def test_start_again_begins_anew_and_start_while_it_runs_does_not() -> None:
    opened: list[int] = []
    stream = opener([BEGIN, start(), delta("one ")], hang=True)

    def counting() -> Any:
        opened.append(1)
        return stream()

    view = Transcript("Count.", counting)
    until(lambda: view.answer.text == "one ")
    view.start()
    view.stop()
    assert view.wait(60)
    assert len(opened) == 1
    view.start()
    until(lambda: len(opened) == 2 and view.answer.text == "one ")
    view.stop()
    assert view.wait(60)
    assert view.state["blocks"][0]["text"] == "one "


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            StreamTruncated("the connection closed before the message was complete"),
            "The connection closed before the message was complete.",
        ),
        (
            ErrorEvent("overloaded_error", "Overloaded"),
            "Overloaded_error in mid-stream: Overloaded.",
        ),
        (KeyError("text"), "KeyError: 'text'."),
        (ValueError("two\nlines"), "ValueError: two lines."),
    ],
)
def test_an_error_ends_it_in_one_sentence(error: Exception, sentence: str) -> None:
    view = Transcript("Count.", opener([BEGIN, start(), delta("one ")], then=error))
    assert view.wait(60)
    assert view.state["state"] == "failed"
    assert view.state["problem"] == sentence
    assert view.state["blocks"][0]["text"] == "one "


def test_an_error_on_opening_is_shown_as_well() -> None:
    def refuse() -> Any:
        raise RuntimeError("no way")

    view = Transcript("Count.", refuse)
    assert view.wait(60)
    assert (view.state["state"], view.state["problem"]) == ("failed", "RuntimeError: no way.")


def test_a_stream_that_ends_without_saying_so_has_not_ended_well() -> None:
    view = Transcript("Count.", opener([BEGIN, start(), delta("one ")]))
    assert view.wait(60)
    assert view.state["problem"] == "The stream ended before the message did."


def test_a_stop_reason_is_enough_of_an_end() -> None:
    view = Transcript("Count.", opener(text_answer("one")[:-1]))
    assert view.wait(60)
    assert view.state["state"] == "done"


def test_a_very_long_error_is_cut() -> None:
    assert len(problem_of(ValueError("x" * 10_000))) < 320


def test_the_price_is_that_of_the_usage() -> None:
    cost = partial(price, "claude-haiku-5-5")
    view = Transcript("Count.", opener(text_answer("one", tokens=10)), price=cost)
    assert view.wait(60)
    assert view.state["cost"] == cost({"input_tokens": 25, "output_tokens": 10})


def test_a_page_gets_frames_and_no_message_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    pieces = [f"{number} " for number in range(200)]
    view = Transcript("Count.", opener(text_answer(*pieces), gap=0.001), autostart=False)
    view._feed._send = sent.append
    began = time.monotonic()
    view.start()
    assert view.wait(60)
    frames = [message for message in sent if message["op"] == "frame"]
    assert len(frames) <= (time.monotonic() - began) * live.FRAMES_PER_SECOND + 3
    updates = [update for frame in frames for update in frame["updates"]]
    assert "".join(update.get("text", "") for update in updates) == "".join(pieces)


def test_messages_of_a_page_are_obeyed_and_others_survived() -> None:
    view = Transcript("Count.", opener(text_answer("one")), autostart=False)
    for nonsense in ({}, {"op": "dance"}, {"op": "resync"}, {"op": "resync", "have": "all"}):
        view._handle_custom_msg(nonsense, [])
    view._handle_custom_msg({"op": "start"}, [])
    assert view.wait(60)
    assert view.state["state"] == "done"


def test_the_expected_stream_is_what_snapshot_and_text_show() -> None:
    stream = text_answer("one ", "two ", "three", tokens=11)
    expected = [(0.1 * n, event) for n, event in enumerate(stream)]
    view = Transcript(
        "Count to three.", opener(stream), expected=expected, max_tokens=110, autostart=False
    )
    assert view.text_alternative() == (
        "You: Count to three.\nAssistant: one two three\n"
        "✓ done after 700 ms · TTFT 200 ms · 50 tok/s · 11 tokens (10% of max_tokens) · "
        "stop reason end_turn"
    )
    assert "one two three" in view.snapshot()
    assert view.state["state"] == "ready"  # of the live one nothing has come yet


def test_without_it_they_say_press_start() -> None:
    view = Transcript("Count to three.", opener([]), autostart=False)
    assert view.text_alternative() == "You: Count to three.\npress Start"


texts = st.text(st.characters(), max_size=60)


@given(texts, texts, st.sampled_from(["text", "thinking", "call", "other"]), texts)
def test_a_snapshot_is_xml_whatever_the_words(prompt: str, text: str, kind: str, name: str) -> None:
    block = Block(kind, 1, 0, name, "done", 0.0, 1.0, pieces=[text])
    answer = Answer(begun=True, run=RunState([block]))
    answer.end(1.0, failure(text))
    ElementTree.fromstring(draw(prompt, answer, None, None))


def test_hostile_words_are_words() -> None:
    blocks = [Block("text", 1, 0, pieces=[HOSTILE]), Block("call", 1, 1, HOSTILE)]
    answer = Answer(begun=True, run=RunState([*blocks]))
    tree = ElementTree.fromstring(draw(HOSTILE, answer, None, None))
    assert {node.tag.split("}")[1] for node in tree.iter()} <= {
        "svg",
        "title",
        "desc",
        "rect",
        "line",
        "text",
    }


def test_a_text_alternative_tells_every_kind_of_block() -> None:
    stream = [
        BEGIN,
        start(0, type="thinking", thinking=""),
        delta("hmm", 0, "thinking"),
        stop(0),
        start(1),
        delta("It rains", 1),
        stop(1),
        start(2, type="tool_use", name="get_weather", input={}),
        delta('{"city": "La', 2, "tool"),
        stop(2),
        closing("max_tokens", 30),
    ]
    answer = fold((0.1 * n, event) for n, event in enumerate(stream))
    answer.end(2.0)
    told = tell("Weather?", answer, 0.5, 30)
    assert told.split("\n") == [
        "You: Weather?",
        "[Thought for 200 ms]",
        "Assistant: It rains",
        '[Tool get_weather: input cut off] {"city": "La',
        "■ The answer was cut off because it reached its maximum number of tokens.",
        "■ cut off after 2.0 s · TTFT 200 ms · 41 tok/s · 30 tokens (100% of max_tokens) · "
        "$0.500000 · stop reason max_tokens",
    ]


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (0.0, "0 ms"), (0.2844, "284 ms"), (1.94, "1.9 s")]
)
def test_durations_have_the_unit_that_fits(value: float | None, words: str) -> None:
    assert seconds(value) == words
