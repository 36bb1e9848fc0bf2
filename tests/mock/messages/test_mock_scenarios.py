"""The content of the conversation, and nothing else, decides what is answered."""

from typing import Any

import pytest
from exchange import WEATHER_TOOL, question

from helpers.mock.messages.answer import answer, best_fit
from helpers.mock.script import load
from helpers.mock.script.parts import Part, SearchResults, ServerToolUse, Stop, Text, ToolUse

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
        "compare_weather",
        "computer_worm",
        "count_to_three",
        "count_to_two_thousand",
        "every_block",
        "first_rfc",
        "haiku_tcp",
        "hidden_thinking",
        "http_streaming_history",
        "long_answer",
        "pancakes",
        "parcel",
        "riddle",
        "slow_checkout",
        "slow_checkout_logs",
        "slow_checkout_metrics",
        "streaming_demo",
        "thinking_in_tags",
        "umbrella",
        "weather_in_lagos",
        "weather_in_two_cities",
        "weather_then_haiku",
        "what_time_is_it",
        "wild_mushrooms",
        "write_guide",
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
        ("Write a haiku about the weather in Lagos.", "weather_then_haiku"),
        ("How's the weather in Oslo, and in Lagos?", "weather_in_two_cities"),
        ("what TIME is it", "what_time_is_it"),
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
    from helpers.mock.messages.tokens import split

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
    suggested = [scenario for scenario in SCENARIOS if scenario.prompt in said]
    assert suggested == [scenario for scenario in SCENARIOS if scenario.listed]
    # Unstreamed, all of it must come before a client's patience of five seconds ends.
    assert len(said) < 1200


def test_the_fallback_keeps_a_long_prompt_short() -> None:
    assert len(texts(answer(SCENARIOS, question("x" * 10_000)))) < 2000


TWO = "What's the weather in Lagos and Oslo?"


def two_cities(*results: tuple[str, str]) -> str:
    calls = [{"type": "tool_use", "id": f"toolu_{city}"} for city in ("lagos", "oslo")]
    given = [
        {"type": "tool_result", "tool_use_id": f"toolu_{city}", "content": text}
        for city, text in results
    ]
    messages = [
        {"role": "user", "content": TWO},
        {"role": "assistant", "content": calls},
        {"role": "user", "content": given},
    ]
    return texts(answer(SCENARIOS, question(TWO, messages=messages, tools=[WEATHER_TOOL])))


def test_two_results_are_told_apart_in_any_order() -> None:
    said = two_cities(("lagos", "31 °C"), ("oslo", "4 °C"))
    assert "In Lagos: 31 °C. In Oslo: 4 °C." in said
    assert two_cities(("oslo", "4 °C"), ("lagos", "31 °C")) == said


def test_a_result_that_is_missing_is_nothing() -> None:
    assert "In Lagos: 31 °C. In Oslo: nothing." in two_cities(("lagos", "31 °C"))


def test_a_paused_turn_goes_on_where_it_was() -> None:
    prompt = "Research how HTTP has carried streams over the years."
    tools = [{"type": "web_search_20260318", "name": "web_search"}]
    first = answer(SCENARIOS, question(prompt, tools=tools))
    assert first[-1] == Stop("pause_turn")
    said = [{"type": "text", "text": "..."}, {"type": "server_tool_use", "id": "srvtoolu_1"}]
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": said}]
    rest = answer(SCENARIOS, question(prompt, messages=messages, tools=tools))
    assert isinstance(rest[0], SearchResults)


@pytest.mark.parametrize(
    "tool", [{"name": "web_search"}, {"name": "other", "type": "web_search_1"}]
)
def test_a_tool_of_the_api_is_no_tool_of_the_learner(tool: dict[str, Any]) -> None:
    said = answer(SCENARIOS, question("Search the web for the first RFC", tools=[tool]))
    assert not any(isinstance(part, ServerToolUse) for part in said)


def test_system_messages_between_the_others_change_nothing() -> None:
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": PROMPT},
        {"role": "system", "content": "Be brief."},
    ]
    assert weather(messages=messages) == weather()


def go_on(*said: str) -> list[dict[str, Any]]:
    """The messages of an answer that broke off, once for each of these pieces."""
    words = "Your previous response was interrupted and ended with [{}]. Continue from where you "
    return [
        message
        for piece in said
        for message in (
            {"role": "assistant", "content": [{"type": "text", "text": piece}]},
            {"role": "user", "content": f"{words.format(piece[-200:])}left off."},
        )
    ]


def test_an_answer_that_broke_off_is_continued_wherever_that_was() -> None:
    whole = texts(weather())
    for length in range(1, len(whole)):
        rest = weather(*go_on(whole[:length]))
        assert whole[:length] + texts(rest) == whole
        assert rest[-1] == weather()[-1]  # the call comes after it


def test_a_continuation_that_breaks_off_is_continued_as_well() -> None:
    whole = texts(weather())
    assert texts(weather(*go_on(whole[:5], whole[5:9]))) == whole[9:]


def test_what_follows_a_tools_result_is_continued_too() -> None:
    results = [CALL, result("31 °C")]
    whole = texts(weather(*results))
    assert texts(weather(*results, *go_on(whole[:9]))) == whole[9:]


def test_a_text_that_was_said_whole_is_followed_by_the_call_alone() -> None:
    assert weather(*go_on(texts(weather()))) == weather()[-1:]


def test_what_the_answer_never_said_is_not_continued() -> None:
    assert "offline API" in texts(weather(*go_on("Once upon a time"), tools=[]))


def test_the_turn_after_a_continued_one_is_as_if_nothing_had_broken() -> None:
    healthy = texts(weather(CALL, result("31 °C")))
    assert texts(weather(*go_on("I'll", " look"), CALL, result("31 °C"))) == healthy


def test_an_answer_of_which_no_text_came_begins_anew() -> None:
    assert weather(*go_on("")) == weather()
