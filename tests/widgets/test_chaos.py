"""The chaos map: what it makes of a cut, and agents of every kind that are cut."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import course
from helpers.client import StreamTruncated, open_stream
from helpers.parts.loop import run_agent
from helpers.retry import Recovery
from helpers.simulation import chaos_runs
from helpers.svg.snapshot import image
from helpers.tools import Tool, tool
from helpers.widgets.chaos.model import (
    CELLS,
    OUTCOMES,
    Chaos,
    Cut,
    Seen,
    around,
    counts,
    is_bug,
    judge,
    offsets,
    places,
    rows,
    sentence,
    table,
    tell,
)
from helpers.widgets.chaos.snapshot import cell_at, corner_of, draw
from helpers.widgets.chaos.view import ChaosView

PROMPT = "Compare the weather in Lagos and Oslo."
COUNT = "Count to three."
SVG = "{http://www.w3.org/2000/svg}"
Events = AsyncGenerator[dict[str, Any]]


def weather(once: bool = False, seconds: float = 1.5) -> Tool:
    @tool(idempotent=not once)
    async def get_weather(city: str) -> str:
        """Tell the weather of a city."""
        await asyncio.sleep(seconds)
        return "31 degrees"

    return get_weather


def chaos(run: Callable[..., Any] | None = None, prompt: str = COUNT, **more: Any) -> ChaosView:
    tools = [weather()] if prompt == PROMPT else []
    return course.chaos(prompt, **{"tools": tools, "run": run, "every": 64} | more)


def count_outcomes(view: ChaosView) -> dict[str, int]:
    """Return the outcomes that there were, with their counts."""
    return {name: count for name, count in counts(view.chaos).items() if count}


# The value


CUTS = (
    Cut(0, 0, "recovered", "Well."),
    Cut(0, 8, "recovered", "Well."),
    Cut(0, 16, "wrong", "No."),
    Cut(0, 24, "recovered", "Well."),
    Cut(1, 0, "recovered", "Well."),
)
MAP = Chaos((b"a" * 30, b"b" * 10), 8, CUTS, "done")


def test_a_cut_is_planned_at_each_so_many_bytes_of_each_answer() -> None:
    planned = [(0, 0), (0, 8), (0, 16), (0, 24), (1, 0), (1, 8)]
    assert places(MAP.answers, 8) == planned


def test_stretches_end_where_another_outcome_or_answer_begins() -> None:
    assert offsets(MAP, "recovered") == [(0, 0, 8), (0, 24, 24), (1, 0, 0)]
    assert offsets(MAP, "wrong") == [(0, 16, 16)]
    assert offsets(MAP, "hung") == []


def test_the_words_have_the_counts_and_the_places() -> None:
    assert sentence(MAP) == "✕ 5 cuts: 4 recovered, 1 wrong."
    assert "    answer 1, bytes 0–8, 24" in tell(MAP).splitlines()
    assert [row[0] for row in table(MAP)] == ["outcome", *OUTCOMES]
    assert sentence(Chaos(state="failed", problem="Why.")) == "✕ Why."
    assert sentence(Chaos(MAP.answers, 8, CUTS[:1], "stopped")) == (
        "Stopped after 1 of 6 cuts: 1 recovered."
    )


@given(st.lists(st.integers(1, 3000), max_size=3), st.integers(1, 40))
def test_each_place_has_a_cell_and_each_cell_is_found_where_it_is_drawn(
    sizes: list[int], every: int
) -> None:
    answers = tuple(bytes(size) for size in sizes)
    value = Chaos(answers, every)
    lines = rows(value)
    assert sum(len(cells) for _, _, cells in lines) == len(places(answers, every))
    assert all(1 <= len(cells) <= CELLS for _, _, cells in lines)
    for row in range(0, len(lines), 7):
        x, y = corner_of(value, row, len(lines[row][2]) - 1)
        assert cell_at(value, x + 4, y + 4) == (row, len(lines[row][2]) - 1)
        assert cell_at(value, x + 14, y + 4) is None


@given(st.binary(max_size=99), st.integers(0, 120))
def test_bytes_around_any_cut_are_told(answer: bytes, at: int) -> None:
    before, after = around(answer, at)
    assert "\n" not in before + after


def test_line_ends_are_visible_around_a_cut() -> None:
    assert around(b"data: a\n\ndata: b", 9) == ("data: a⏎⏎", "data: b")


# What is made of a run


def run_of(*texts: str, **more: Any) -> Seen:
    """Return a run that has added turns of text."""
    messages = [{"role": "assistant", "content": [{"type": "text", "text": t}]} for t in texts]
    asked = {"role": "user", "content": "Hello"}
    return Seen(**{"messages": [asked, *messages], "given": 1, "shown": "".join(texts)} | more)


WHOLE = run_of("One two three.", requests=1)
CALL = {"type": "tool_use", "id": "toolu_1", "name": "pay", "input": {}}
TWICE = Counter({("pay", "{}"): 2})
ONCE = Counter({("pay", "{}"): 1})
CUT = StreamTruncated("cut")


@pytest.mark.parametrize(
    ("seen", "outcome", "words"),
    [
        (run_of("One two three.", requests=2), "recovered", "asked again once"),
        (run_of("One two three.", requests=4), "recovered", "asked again 3 times"),
        (run_of("One two three.", requests=1), "recovered", "All that counts had come"),
        (run_of(error=CUT), "ended", "StreamTruncated (cut)"),
        (run_of("One", error=CUT), "kept", "3 characters"),
        (run_of("One", told=True), "kept", "It said so"),
        (run_of("One"), "wrong", "3 of 14 characters"),
        (run_of("One two, three"), "wrong", "with another text"),
        (run_of("One two three.", shown="One One two three."), "wrong", "shown twice"),
        (run_of("One", error=CUT, refusal="messages.1: no"), "refused", "messages.1: no."),
        (run_of(error=KeyError("index")), "wrong", "KeyError"),
        (run_of(error=json.JSONDecodeError("Expecting", "", 0)), "wrong", "JSONDecodeError"),
        (run_of(hung="it waits"), "hung", "it waits"),
        (run_of(hung="it waits", once=frozenset({"pay"}), runs=TWICE), "wrong", "ran 2 times"),
        (run_of(error=CUT, once=frozenset({"pay"}), runs=ONCE), "wrong", "the history doesn't"),
        (run_of(error=CUT, runs=TWICE), "ended", "can be sent"),
    ],
)
def test_a_run_has_one_outcome(seen: Seen, outcome: str, words: str) -> None:
    got, said = judge(seen, WHOLE, 0)
    assert (got, words in said) == (outcome, True), said
    assert said.endswith(".") and "\n" not in said


def test_asking_to_go_on_is_no_other_text() -> None:
    seen = run_of("One")
    seen.messages += [
        {"role": "user", "content": "Go on."},
        {"role": "assistant", "content": " and two."},
    ]
    outcome, words = judge(seen, WHOLE, 0)
    assert outcome == "kept" and words.startswith("It asked the model to go on")


def test_an_error_that_the_program_defines_is_no_crash() -> None:
    class Cut(ValueError):
        """The learner's own."""

    assert not is_bug(Cut())
    assert not is_bug(httpx.ReadError("lost")) and not is_bug(ConnectionResetError())
    assert is_bug(ValueError()) and is_bug(IndexError()) and is_bug(httpx.StreamConsumed())


# Agents


@pytest.mark.long
def test_the_agent_of_the_course_ends_or_recovers_at_every_byte() -> None:
    view = chaos(prompt=PROMPT)
    assert count_outcomes(view).keys() == {"recovered", "ended"}
    assert len(view.chaos.answers) == 2
    assert offsets(view.chaos, "recovered")[0][:2] == (0, 0)


@pytest.mark.long
def test_an_agent_that_begins_again_recovers_at_every_byte() -> None:
    view = chaos(prompt=PROMPT, recovery=Recovery(after_text="restart"))
    assert count_outcomes(view).keys() == {"recovered"}


def test_a_close_is_not_taken_for_an_end() -> None:
    view = chaos(fault="close", recovery=Recovery(after_text="restart"))
    assert count_outcomes(view).keys() == {"recovered"}


@pytest.mark.long
def test_the_loop_of_the_lesson_ends_with_a_name() -> None:
    view = chaos(run_agent, PROMPT)
    # Behind the stop reason an answer is whole: a cut there takes nothing away.
    assert count_outcomes(view).keys() == {"ended", "recovered"}
    for answer in {cut.answer for cut in view.chaos.cuts}:
        told = [cut.outcome for cut in view.chaos.cuts if cut.answer == answer]
        assert told == ["ended"] * told.count("ended") + ["recovered"] * told.count("recovered")
    assert "StreamTruncated" in view.chaos.cuts[0].words


async def believes(
    http: httpx.AsyncClient, messages: list[dict[str, Any]], tools: Any, *, model: str, **_: Any
) -> Events:
    """Take whatever came for the answer."""
    body = {"model": model, "max_tokens": 100, "stream": True, "messages": messages}
    text = ""
    try:
        async with http.stream("POST", "/v1/messages", json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    text += event.get("delta", {}).get("text", "")
                    yield event
    except httpx.HTTPError:
        pass
    messages.append({"role": "assistant", "content": text})


async def hurries(
    http: httpx.AsyncClient, messages: list[dict[str, Any]], tools: Any, *, model: str, **_: Any
) -> Events:
    """Run the tool again with each attempt."""
    while True:
        await tools[0].function(city="Oslo")
        try:
            async for event in run_agent(http, messages, tools, model=model):
                yield event
        except StreamTruncated:
            continue
        return


def test_an_agent_that_believes_in_every_end_is_wrong_or_refused() -> None:
    view = chaos(believes)
    assert count_outcomes(view).keys() == {"recovered", "refused", "wrong"}
    assert view.chaos.cuts[0].outcome == "refused"  # an empty turn
    assert view.chaos.cuts[-1].outcome == "recovered"  # the text had come
    assert sentence(view.chaos).startswith("✕")


def test_a_tool_that_runs_again_is_found() -> None:
    view = course.chaos(COUNT, tools=[weather(once=True)], run=hurries, every=64)
    assert "ran 2 times, and must run once" in view.chaos.cuts[0].words


def ends_in(what: Callable[[], Any]) -> Callable[..., Events]:
    """Return an agent that does this after a cut, and whenever it is interrupted."""

    async def run(
        http: httpx.AsyncClient, messages: list[Any], tools: Any, *, model: str, **_: Any
    ) -> Events:
        body = {"model": model, "max_tokens": 100, "messages": messages}
        try:
            async with open_stream(http, body) as events:
                async for event in events:
                    yield event
            messages.append({"role": "assistant", "content": "ok"})
        except Exception:
            while True:
                with suppress(asyncio.CancelledError):
                    await what()

    return run


def forever() -> Any:
    return asyncio.get_running_loop().create_future()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (lambda: asyncio.sleep(0), "goes round"),
        (lambda: asyncio.sleep(60), "3,600 seconds"),
        (forever, "never comes"),
        (lambda: time.sleep(1) or asyncio.sleep(0), "3,600 seconds"),
    ],
)
def test_what_never_ends_is_given_up(what: Callable[[], Any], words: str) -> None:
    began = time.monotonic()
    view = chaos(ends_in(what), every=1000)
    assert count_outcomes(view).keys() == {"hung"}
    assert words in view.chaos.cuts[0].words
    assert time.monotonic() - began < 60  # of 3,600 seconds, and of for ever


def test_what_never_waits_is_thrown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaos_runs, "PATIENCE", 0.5)

    def spin() -> None:
        while True:
            pass

    view = chaos(ends_in(spin))
    assert view.chaos.state == "failed"
    assert view.chaos.problem == "3 runs computed without ever waiting."
    assert count_outcomes(view) == {"hung": 3}


def test_what_catches_everything_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    # More than a run needs that does wait: it would be thrown out, and be no run to leave behind.
    monkeypatch.setattr(chaos_runs, "PATIENCE", 1.0)
    monkeypatch.setattr(chaos_runs, "MOST_STRIKES", 1)
    over = threading.Event()

    def spin() -> None:
        while not over.is_set():
            with suppress(BaseException):
                while not over.is_set():
                    pass

    view = chaos(ends_in(spin))
    over.set()
    assert view.chaos.state == "failed"
    assert view.chaos.problem == "A run can't be ended: restart the kernel."


async def crashes(*_: Any, **__: Any) -> Events:
    raise KeyError("content")
    yield {}


async def no_generator(*_: Any, **__: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (crashes, "KeyError"),
        (no_generator, "async generator"),
        pytest.param(lambda *_, **__: None, "async generator", marks=pytest.mark.long),
        pytest.param(ends_in(forever), "", marks=pytest.mark.long),
    ],
)
def test_an_agent_that_fails_without_a_cut_is_told_so(run: Any, words: str) -> None:
    view = chaos(run)
    if words:
        assert view.chaos.state == "failed"
        assert view.chaos.problem.startswith("Even without a cut") and words in view.chaos.problem
        view.start()
        assert view.wait(60) and view.chaos.state == "failed"
        ElementTree.fromstring(view.snapshot())


def test_the_messages_that_were_given_are_not_changed() -> None:
    body = course.request(COUNT)
    course.chaos(body, run=believes, every=200)
    assert body == course.request(COUNT)


def test_bytes_between_cuts_must_be_some() -> None:
    with pytest.raises(ValueError, match="from 1"):
        chaos(every=0)
    with pytest.raises(ValueError, match="stall"):
        chaos(fault="stall")


# The view


@pytest.mark.long
def test_the_snapshot_is_the_same_every_time() -> None:
    one, other = chaos(prompt=PROMPT, every=8), chaos(prompt=PROMPT, every=8)
    assert one.snapshot() == other.snapshot() and one.text_alternative() == other.text_alternative()
    assert len(one.chaos.cuts) <= 320 and one.chaos.every == 64
    data, _ = one._repr_mimebundle_()
    assert data["image/svg+xml"] == image(one.snapshot())
    assert data["text/plain"] == one.text_alternative()


def test_the_picture_has_a_letter_for_each_cut() -> None:
    root = ElementTree.fromstring(draw(MAP))
    texts = [node.text for node in root.iter(f"{SVG}text") if " " in node.get("x", "")]
    assert texts == ["✓✓W✓"]
    assert len({path.get("fill") for path in root.iter(f"{SVG}path")}) == 3  # and what is not known


def test_a_live_run_cuts_at_every_place_and_ends() -> None:
    view = chaos(every=32)
    assert view.state["done"] == 0 and view.state["planned"] == len(view.chaos.cuts)
    view.start()
    assert view.wait(60)
    assert view.state["done"] == view.state["planned"] and not view.state["running"]
    assert view.chaos.state == "done"
    assert view.snapshot() == view.state["svg"]


def test_stop_keeps_what_is_known() -> None:
    view = chaos(every=1)
    view.start()
    deadline = time.monotonic() + 60
    while view.state["running"] is False or len(view._chaos.cuts) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    view.stop()
    assert view.wait(60)
    assert view.chaos.state == "stopped" and 5 <= len(view.chaos.cuts) < view.state["planned"]
    assert view.state["words"].startswith("Stopped after")


def test_cells_are_chosen_by_place_and_by_steps() -> None:
    view = chaos(every=2)

    def press(down: int, right: int) -> tuple[int, int] | None:
        view._receive(view, {"op": "move", "down": down, "right": right}, [])
        return view._picked

    assert view._pick() is None
    assert press(0, 1) == (0, 0)  # the first key finds the first cell
    assert press(0, 1) == (0, 1)
    assert press(1, 0) == (1, 1)
    assert press(0, -1) == (1, 0)
    assert press(0, -1) == (0, CELLS - 1)
    assert press(0, 1) == (1, 0)
    last = len(rows(view._chaos)) - 1
    assert press(100_000, 100_000) == (last, len(rows(view._chaos)[last][2]) - 1)
    assert press(-100_000, -100_000) == (0, 0)
    x, y = corner_of(view._chaos, 2, 5)
    view._receive(view, {"op": "pick", "x": x + 1, "y": y + 1.5}, [])
    picked = view._pick()
    assert view._picked == (2, 5) and picked is not None
    assert picked["index"] == 2 * CELLS + 5
    assert picked["words"] == f"Answer 1, after byte {2 * (2 * CELLS + 5)}: not cut yet."
    view._receive(view, {"op": "pick", "x": 0, "y": 0}, [])
    assert view._picked == (2, 5)
