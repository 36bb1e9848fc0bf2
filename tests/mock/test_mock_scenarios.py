"""The content of the conversation, and nothing else, decides what is answered."""

from pathlib import Path
from typing import Any

import pytest
from exchange import WEATHER_TOOL, question

from helpers.mock.message import Part, Text, ToolUse
from helpers.mock.scenarios import ScenarioError, answer, best_fit, load, read

SCENARIOS = load()
PROMPT = "What's the weather in Lagos?"


def texts(parts: list[Part]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Text))


def weather(*later: dict[str, Any], **more: Any) -> list[Part]:
    messages = [{"role": "user", "content": PROMPT}, *later]
    request = question(PROMPT, messages=messages, tools=[WEATHER_TOOL]) | more
    return answer(SCENARIOS, request)


CALL = {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1"}]}


def result(content: Any, **more: Any) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": content} | more
    return {"role": "user", "content": [block]}


def test_the_course_has_these_scenarios() -> None:
    assert [scenario.name for scenario in SCENARIOS] == [
        "count_to_three",
        "haiku_tcp",
        "long_answer",
        "streaming_demo",
        "weather_in_lagos",
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_answers_the_prompt_it_names(scenario: Any) -> None:
    assert best_fit(SCENARIOS, scenario.prompt) is scenario


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("count to THREE, please", "count_to_three"),
        ("Please write me a haiku about TCP", "haiku_tcp"),
        ("How does TCP deal with packet loss?", "long_answer"),
        ("streaming_demo", "streaming_demo"),
        ("weather? in Lagos!", "weather_in_lagos"),
        ("counterweather", None),
        ("", None),
    ],
)
def test_words_count_wherever_they_stand(prompt: str, name: str | None) -> None:
    found = best_fit(SCENARIOS, prompt)
    assert (found and found.name) == name


def test_the_demo_holds_what_breaks_careless_parsers() -> None:
    (said,) = answer(SCENARIOS, question("Show me what streaming looks like."))
    assert isinstance(said, Text)
    for character in ("é", "👋", "\u2028", "\n\n"):
        assert character in said.text


def test_the_long_answer_is_long() -> None:
    from helpers.mock.tokens import split

    said = texts(answer(SCENARIOS, question("Give me a long answer")))
    assert 600 <= len(split(said)) <= 850


def test_weather_calls_the_tool_after_some_text() -> None:
    text, call = weather()
    assert isinstance(text, Text)
    assert call == ToolUse("get_weather", {"city": "Lagos", "unit": "celsius"})


def test_weather_gives_the_tool_only_arguments_it_takes() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    _, call = weather(tools=[{"name": "get_weather", "input_schema": schema}])
    assert call == ToolUse("get_weather", {"city": "Lagos"})


@pytest.mark.parametrize("more", [{"tools": []}, {"tool_choice": {"type": "none"}}])
def test_weather_without_the_tool_is_text(more: dict[str, Any]) -> None:
    parts = weather(**more)
    assert all(isinstance(part, Text) for part in parts)
    assert "get_weather" in texts(parts)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("31 °C and humid", "right now: 31 °C and humid."),
        ([{"type": "text", "text": "sunny"}], "right now: sunny."),
        (
            '{"temperature_c": 31, "sky": "clear"}',
            "right now: temperature c 31, sky clear.",
        ),
        (None, "right now: nothing."),
    ],
)
def test_weather_answers_from_the_tools_result(content: Any, said: str) -> None:
    parts = weather(CALL, result(content))
    assert said in texts(parts)
    assert not any(isinstance(part, ToolUse) for part in parts)


def test_weather_says_so_when_the_tool_failed() -> None:
    said = texts(weather(CALL, result("no network", is_error=True)))
    assert "couldn't" in said
    assert "no network" in said


def test_a_new_prompt_starts_a_scenario_anew() -> None:
    talked = [CALL, result("rain"), {"role": "assistant", "content": "Rain."}]
    again = {"role": "user", "content": [{"type": "text", "text": PROMPT}]}
    assert weather(*talked, again) == weather()


def test_a_conversation_that_goes_on_gets_the_last_turn() -> None:
    assert weather(CALL, result("rain"), CALL, result("sun"))[0] == Text(
        texts(weather(CALL, result("sun")))
    )


def test_the_fallback_says_what_it_is_and_what_to_ask() -> None:
    said = texts(answer(SCENARIOS, question("Who   are you?")))
    assert "“Who are you?”" in said
    assert "offline" in said
    assert all(scenario.prompt in said for scenario in SCENARIOS)


def test_the_fallback_keeps_a_long_prompt_short() -> None:
    assert len(texts(answer(SCENARIOS, question("x" * 10_000)))) < 1000


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1]", "the file must be a mapping with prompt, turns, when."),
        ("prompt: a\nwhen: [a]", "the file needs 'turns'."),
        ("prompt: a\nwhen: []\nturns: []", "when must be a list with at least one entry."),
        (
            "prompt: a\nwhen: ['?']\nturns: [{content: [{text: b}]}]",
            "each line of when must hold a word; an empty one would fit any prompt.",
        ),
        (
            "prompt: a\nwhen: [1]\nturns: [{content: [{text: b}]}]",
            "when must be text, not 1; put it in quotes if it is.",
        ),
        (
            "prompt: a\nwhen: [a]\nturns: [{content: [{txt: b}]}]",
            "turns[0].content[0] needs 'text'.",
        ),
        (
            "prompt: a\nwhen: [a]\nturns: [{content: [{text: b, x: 1}]}]",
            "turns[0].content[0] can't hold 'x'; it knows text.",
        ),
        (
            "prompt: a\nwhen: [a]\nturns: [{content: [{tool_use: t}]}]",
            "a turn calls a tool, so without_tool must say what to answer instead.",
        ),
    ],
)
def test_a_wrong_file_is_named_with_the_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read(path)
    assert str(caught.value) == f"mine.yaml: {sentence}"


def test_a_file_that_is_not_yaml_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("prompt: [a", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"mine\.yaml: (?s:.*)line 1"):
        read(path)
