"""The same task in several ways: each run told truly, on one clock."""

import asyncio

import pytest

from helpers import course
from helpers.simulation.three_ways import WAYS
from helpers.tools import tool
from helpers.widgets.timeline.model import Timeline, calls

PROMPT = "Compare the weather in Lagos and Oslo."


@tool
async def get_weather(city: str, details: str = "") -> str:
    """Tell the weather in a city."""
    await asyncio.sleep(1.5)
    return {"Lagos": "31 °C", "Oslo": "4 °C"}[city]


@tool(name="get_weather")
async def raise_error(city: str, details: str = "") -> str:
    """Tell the weather in a city."""
    raise OSError("no network")


def runs(timeline: Timeline) -> list[tuple[float, float]]:
    return [(run.began, run.ended or 0.0) for _, run in calls(timeline) if run is not None]


def test_each_way_runs_its_tools_when_it_says():
    view = course.three_ways(PROMPT, tools=[get_weather], ways=list(WAYS))
    expected = {id: run.expected for id, run in view._known.items()}
    for timeline in expected.values():
        assert timeline.state == "done"
        assert len(timeline.turns) == 2
        assert len(runs(timeline)) == 2
    ends = {id: timeline.turns[0].stopped or 0.0 for id, timeline in expected.items()}
    first, second = runs(expected["by_hand"])
    assert first[0] < second[0] < ends["by_hand"]
    assert first[1] > second[0]  # side by side
    first, second = runs(expected["tool_runner"])
    assert ends["tool_runner"] <= first[0] < first[1] <= second[0]  # one after another
    first, second = runs(expected["eager"])
    assert first[0] < 2 and first[1] <= second[0]
    for way in ("chat", "responses"):
        first, second = runs(expected[way])
        assert first == second
    finish = {id: timeline.ended or 0.0 for id, timeline in expected.items()}
    assert min(finish, key=lambda id: finish[id]) == "by_hand"
    assert max(finish, key=lambda id: finish[id]) == "tool_runner"
    again = course.three_ways(PROMPT, tools=[get_weather], ways=list(WAYS))
    assert again.text_alternative() == view.text_alternative()


def test_each_way_runs_for_real():
    pace = {"first_token": 0.01, "tokens_per_second": 2000}
    view = course.three_ways(PROMPT, tools=[raise_error], ways=list(WAYS), pace=pace)
    view.start()
    assert view.wait(60)
    for timeline in view.timelines.values():
        assert timeline.state == "done" and timeline.ending and not timeline.ending.note
        assert [run.state for _, run in calls(timeline) if run] == ["failed", "failed"]
        assert "no network" in "".join(bar.words for bar in timeline.bars if bar.turn == 2)


def test_without_tools_it_is_one_turn():
    view = course.three_ways("Count to three.", ways=["tool_runner", "responses"])
    for run in view._known.values():
        assert [bar.words for bar in run.expected.bars if bar.kind == "text"] == [
            "One, two, three."
        ]
        assert len(run.expected.turns) == 1


def test_a_way_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="no way 'carrier pigeon': by_hand, tool_runner"):
        course.three_ways(PROMPT, ways=["carrier pigeon"])


def test_a_failure_is_told_in_a_sentence():
    view = course.three_ways(PROMPT, ways=list(WAYS), fault={"kind": "status", "status": 400})
    view.start()
    assert view.wait(60)
    assert {timeline.state for timeline in view.timelines.values()} == {"failed"}
    assert all(run.ending and run.ending.note for run in view.timelines.values())
