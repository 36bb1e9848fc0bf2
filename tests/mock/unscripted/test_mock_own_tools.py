"""A learner's own tool works the first time: it is called as it says, and its result is told."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from exchange import question
from jsonschema import Draft202012Validator

from helpers.mock.messages.answer import answer
from helpers.mock.script import load
from helpers.mock.script.parts import Text, ToolUse
from helpers.mock.server import MockServer
from helpers.mock.unscripted import own_tools
from helpers.mock.unscripted.clues import find

SCENARIOS = load()


def tool(name: str, about: str, needed: list[str], /, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": needed}
    return {"name": name, "description": about, "input_schema": schema}


TEXT = {"type": "string"}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
DAY = {"type": "string", "format": "date"}
EMAIL = {"type": "string", "format": "email"}
UNIT = {"type": "string", "enum": ["celsius", "fahrenheit"]}
GET_WEATHER = tool("get_weather", "The weather in a city.", ["city"], city=TEXT, unit=UNIT)
GET_TIME = tool("get_time", "The local time in a city.", ["city"], city=TEXT)
ADD = tool("add", "Add two numbers.", ["a", "b"], a=NUMBER, b=NUMBER)
SEARCH_BOOKS = tool(
    "search_books",
    "Search the library.",
    ["query"],
    query=TEXT,
    filters={"type": "object", "properties": {"author": TEXT, "year": WHOLE}},
    limit=WHOLE | {"minimum": 1, "maximum": 50, "default": 10},
)
SEND_EMAIL = tool(
    "send_email",
    "Send an email.",
    ["to", "subject", "body"],
    to=EMAIL,
    subject=TEXT,
    body=TEXT,
    cc={"type": "array", "items": EMAIL},
)
PASSENGER = {
    "type": "object",
    "properties": {"name": TEXT, "age": WHOLE},
    "required": ["name"],
    "additionalProperties": False,
}
BOOK_FLIGHT = tool(
    "book_flight",
    "Book a flight for one or more passengers.",
    ["origin", "destination", "departure_date", "passengers"],
    origin=TEXT,
    destination=TEXT,
    departure_date=DAY,
    return_date=DAY,
    passengers={"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/passenger"}},
    cabin={"type": "string", "enum": ["economy", "premium_economy", "business"]},
    refundable={"type": "boolean"},
)
BOOK_FLIGHT["input_schema"]["$defs"] = {"passenger": PASSENGER}
TOOLS = [GET_WEATHER, GET_TIME, ADD, SEARCH_BOOKS, SEND_EMAIL, BOOK_FLIGHT]

FIRST_TRIES: list[tuple[str, str, dict[str, Any], Any]] = [
    ("What is 17 plus 25?", "add", {"a": 17, "b": 25}, 42),
    ("Add 1,200.5 and -3", "add", {"a": 1200.5, "b": -3}, {"sum": 1197.5}),
    (
        "weather in Oslo in fahrenheit",
        "get_weather",
        {"city": "Oslo", "unit": "fahrenheit"},
        {"temperature": 23, "sky": "clear"},
    ),
    ("is it raining in new york?", "get_weather", {"city": "New York"}, "31 °C and humid"),
    (
        "Find three books by Ursula K. Le Guin about anarchism published in 1974.",
        "search_books",
        {
            "query": "anarchism",
            "filters": {"author": "Ursula K. Le Guin", "year": 1974},
            "limit": 3,
        },
        [{"title": "The Dispossessed", "shelf": "B4"}],
    ),
    ("Search for books about tide pools", "search_books", {"query": "tide pools"}, "none found"),
    (
        "Send an email to ada@example.com with the subject 'Lunch' saying 'Shall we meet? "
        "It's fine' and cc bob@example.com and eve@example.org",
        "send_email",
        {
            "to": "ada@example.com",
            "subject": "Lunch",
            "body": "Shall we meet? It's fine",
            "cc": ["bob@example.com", "eve@example.org"],
        },
        "queued as 7f3a",
    ),
    (
        "Book a business flight from Lagos to Port of Spain on 2026-12-24 and return on "
        "3 January 2027, for Ada Lovelace (36) and Alan Turing (41), not refundable",
        "book_flight",
        {
            "origin": "Lagos",
            "destination": "Port of Spain",
            "departure_date": "2026-12-24",
            "return_date": "2027-01-03",
            "passengers": [
                {"name": "Ada Lovelace", "age": 36},
                {"name": "Alan Turing", "age": 41},
            ],
            "cabin": "business",
            "refundable": False,
        },
        "booked, reference QX4T9",
    ),
]


@pytest.fixture
def client(server: MockServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.base_url, api_key="any", max_retries=0) as client:
        yield client


@pytest.mark.parametrize(("prompt", "name", "given", "result"), FIRST_TRIES)
def test_the_whole_loop(
    client: anthropic.Anthropic, prompt: str, name: str, given: dict[str, Any], result: Any
) -> None:
    request: Any = {"model": "offline-mock", "max_tokens": 2000, "tools": TOOLS}
    messages: list[Any] = [{"role": "user", "content": prompt}]
    with client.messages.stream(**request, messages=messages) as stream:
        turn = stream.get_final_message()
    assert turn.stop_reason == "tool_use"
    said, call = turn.content
    assert said.text == f"I'll use {name} for that."
    assert (call.name, call.input) == (name, given)

    text = result if isinstance(result, str) else json.dumps(result)
    messages += [
        {"role": "assistant", "content": [block.to_dict() for block in turn.content]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": call.id, "content": text}],
        },
    ]
    with client.messages.stream(**request, messages=messages) as stream:
        last = stream.get_final_message()
    assert last.stop_reason == "end_turn"
    (told,) = last.content
    assert told.text.startswith(f"{name} says")
    values = [result] if not isinstance(result, dict | list) else []
    values += result.values() if isinstance(result, dict) else []
    values += result[0].values() if isinstance(result, list) else []
    assert values
    assert all(str(value) in told.text for value in values)


def parts_for(prompt: str, *tools: dict[str, Any], **more: Any) -> list[Any]:
    request = question(prompt, tools=list(tools or TOOLS)) | more
    for part in (parts := answer(SCENARIOS, request)):
        if isinstance(part, ToolUse):
            (taken,) = [one for one in request["tools"] if one["name"] == part.name]
            Draft202012Validator(taken["input_schema"]).validate(part.input)
    return parts


def calls(parts: list[Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(part.name, part.input) for part in parts if isinstance(part, ToolUse)]


def texts(parts: list[Any]) -> str:
    return "\n".join(part.text for part in parts if isinstance(part, Text))


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        (
            "What's the weather in Lagos and the time in Oslo?",
            [("get_weather", {"city": "Lagos"}), ("get_time", {"city": "Oslo"})],
        ),
        (
            "weather in Oslo, Lima and New York",
            [("get_weather", {"city": city}) for city in ("Oslo", "Lima", "New York")],
        ),
        (
            "Send an email to ada@example.com with the subject 'Sums and weather' saying 'Add it'",
            [
                (
                    "send_email",
                    {"to": "ada@example.com", "subject": "Sums and weather", "body": "Add it"},
                )
            ],
        ),
        (
            "Add 2 and 3, then tell me the time in Kyoto",
            [
                ("add", {"a": 2, "b": 3}),
                ("get_time", {"city": "Kyoto"}),
            ],
        ),
    ],
)
def test_as_many_calls_as_the_prompt_asks_for(prompt: str, wanted: list[Any]) -> None:
    assert calls(parts_for(prompt)) == wanted
    one = {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}
    assert calls(parts_for(prompt, **one)) == wanted[:1]


CALCULATE = tool(
    "calculator",
    "Does maths.",
    ["operation", "a", "b"],
    operation={"enum": ["add", "subtract", "multiply", "divide"]},
    a=NUMBER,
    b=NUMBER,
)
CONVERT = tool(
    "convert",
    "",
    ["amount", "from_currency", "to_currency"],
    amount=NUMBER,
    from_currency=TEXT,
    to_currency=TEXT,
)
TRANSLATE = tool("translate", "", ["text", "target_language"], text=TEXT, target_language=TEXT)
PERSON = tool("save_contact", "", ["first_name", "last_name"], first_name=TEXT, last_name=TEXT)
FILES = tool("list_files", "", ["path"], path=TEXT, recursive={"type": "boolean"})
ORDER = tool("find_order", "", ["id"], id={"type": "string", "pattern": r"^[A-Z]{3}-\d{4}$"})
WEB = tool("search_web", "Search the web.", ["query"], query=TEXT)
PLACE = tool("get_weather", "", ["location"], location=TEXT)


@pytest.mark.parametrize(
    ("one", "prompt", "given"),
    [
        (CALCULATE, "What is 6 times 7?", {"operation": "multiply", "a": 6, "b": 7}),
        (CALCULATE, "What is 6 / 7?", {"operation": "divide", "a": 6, "b": 7}),
        (CALCULATE, "Subtract 5 from 20", {"operation": "subtract", "a": 20, "b": 5}),
        (PERSON, "Save the contact Ada Lovelace", {"first_name": "Ada", "last_name": "Lovelace"}),
        (FILES, "List the files in /tmp/x recursively", {"path": "/tmp/x", "recursive": True}),
        (ORDER, "Where is my order ABC-1234?", {"id": "ABC-1234"}),
        (
            CONVERT,
            "Convert 100 USD to EUR",
            {"amount": 100, "from_currency": "USD", "to_currency": "EUR"},
        ),
        (
            TRANSLATE,
            "Translate to Spanish: where is the library?",
            {"text": "where is the library?", "target_language": "Spanish"},
        ),
        (
            WEB,
            "Search for the tallest mountain in Africa",
            {"query": "the tallest mountain in Africa"},
        ),
        (WEB, "Who won the cup in 2022?", {"query": "Who won the cup in 2022?"}),
        (
            PLACE,
            "What's the weather like in San Francisco, CA?",
            {"location": "San Francisco, CA"},
        ),
    ],
)
def test_tools_that_learners_write_first(
    one: dict[str, Any], prompt: str, given: dict[str, Any]
) -> None:
    assert calls(parts_for(prompt, one)) == [(one["name"], given)]


def test_what_was_made_up_is_named() -> None:
    said, call = parts_for("Book a flight to Oslo for Ada Lovelace")
    assert call.input["destination"] == "Oslo"
    assert call.input["passengers"] == [{"name": "Ada Lovelace"}]
    assert "doesn't give `origin` and `departure_date`, so I made them up" in said.text


def test_nothing_fits() -> None:
    said = texts(parts_for("Hello, who are you?", GET_WEATHER, ADD))
    assert said.startswith("None of your tools (get_weather, add) seems to fit")
    assert "offline" in said


def test_tool_choice() -> None:
    hello = "Hello, who are you?"
    assert texts(parts_for("What is 2 plus 3?", tool_choice={"type": "none"}))
    assert not calls(parts_for("What is 2 plus 3?", tool_choice={"type": "none"}))
    any_tool = parts_for(hello, GET_WEATHER, ADD, tool_choice={"type": "any"})
    assert [type(part) for part in any_tool] == [ToolUse]
    named = parts_for("What is 2 plus 3?", tool_choice={"type": "tool", "name": "get_time"})
    assert [name for name, _ in calls(named)] == ["get_time"]


def test_a_scenario_gives_way_to_a_tool_that_takes_something_else() -> None:
    lookup = tool("look_up_weather", "Weather.", ["place"], place=TEXT)
    prompt = "What's the weather in Lagos?"
    assert calls(parts_for(prompt, lookup)) == [("look_up_weather", {"place": "Lagos"})]
    location = tool("get_weather", "Weather.", ["location"], location=TEXT)
    assert calls(parts_for(prompt, location)) == [("get_weather", {"location": "Lagos"})]
    hot = parts_for("What's the weather in Lagos in fahrenheit?", GET_WEATHER)
    assert calls(hot) == [("get_weather", {"city": "Lagos", "unit": "fahrenheit"})]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_keeps_its_own_prompt(scenario: Any) -> None:
    parts = [part for turn in scenario.turns for part in turn.content]
    uses = {part.name: part.input for part in parts if isinstance(part, ToolUse)}
    own = [
        tool(name, "", list(given), **{key: {} for key in given}) for name, given in uses.items()
    ]
    assert own_tools.covers(question(scenario.prompt, tools=[*own, ADD]), scenario.prompt, parts)


def results(prompt: str, *content: dict[str, Any], turns: int = 1) -> list[dict[str, Any]]:
    use = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}}
    later = [
        {"role": "assistant", "content": [use]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1"} | one for one in content],
        },
    ]
    return [{"role": "user", "content": prompt}, *later * turns]


@pytest.mark.parametrize("turns", [1, 2, 5])
def test_it_never_goes_round_for_ever(turns: int) -> None:
    prompt = "weather in Oslo"
    messages = results(prompt, {"content": "cold"}, turns=turns)
    for choice in ({"type": "auto"}, {"type": "any"}):
        parts = parts_for(prompt, messages=messages, tool_choice=choice)
        assert calls(parts) == []
        assert "get_weather says (called with city: Oslo): cold" in texts(parts)


def test_a_failed_tool_is_said_to_have_failed() -> None:
    prompt = "weather in Oslo"
    messages = results(prompt, {"content": "no such city", "is_error": True})
    said = texts(parts_for(prompt, messages=messages))
    assert said.startswith("get_weather failed (called with city: Oslo). It says: no such city")
    assert "call it once more" in said


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "nothing"),
        ([], "nothing"),
        ("  ", "nothing"),
        ([{"type": "text", "text": "one"}, {"type": "image", "source": {}}], "one\n[image]"),
        ("[1, 2]", "[1, 2]"),
        ('{"high_c": 3, "tags": ["cold"]}', 'high c: 3, tags: ["cold"]'),
        ('"quoted"', "quoted"),
        ("{broken", "{broken"),
    ],
)
def test_any_result_can_be_read(content: Any, told: str) -> None:
    messages = results("weather in Oslo", {"content": content})
    assert texts(parts_for("weather in Oslo", messages=messages)).endswith(f"Oslo): {told}")


def test_a_new_prompt_is_a_new_call() -> None:
    messages = results("weather in Oslo", {"content": "cold"})
    messages += [
        {"role": "assistant", "content": "It is cold."},
        {"role": "user", "content": "What is 2 plus 3?"},
    ]
    assert calls(parts_for("", messages=messages)) == [("add", {"a": 2, "b": 3})]


@pytest.mark.parametrize(
    ("prompt", "kind", "values"),
    [
        ("Is Rio de Janeiro hotter than Oslo?", "name", ["Rio de Janeiro", "Oslo"]),
        ("What's Oslo's weather on Monday?", "name", ["Oslo"]),
        (
            "on 24 December 2026, Jan 3rd or 31/12/2026, not 2026-02-30",
            "date",
            ["2026-12-24", "2027-01-03", "2026-12-31"],
        ),
        ("two of 1,200.50, -3 and 17-25", "number", [2, 1200.5, -3, 17, 25]),
        ("see https://example.com/a?b=1. Or a@b.co", "url", ["https://example.com/a?b=1"]),
        ("read data/notes.txt and ~/x.csv", "file", ["data/notes.txt", "~/x.csv"]),
        ("say 'it's fine' or “so”", "quoted", ["it's fine", "so"]),
        ("at 5pm, 12am or 14:30", "time", ["17:00:00", "00:00:00", "14:30:00"]),
        ("where is order ABC-1234?", "code", ["ABC-1234"]),
    ],
)
def test_clues(prompt: str, kind: str, values: list[Any]) -> None:
    assert [clue.value for clue in find(prompt) if clue.kind == kind] == values
