"""A file that an instructor writes: what it can say, and how it is told what's wrong with it."""

import json
from pathlib import Path
from typing import Any

import pytest
from exchange import HEADERS, body, question
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI
from helpers.mock.messages.answer import answer, best_fit
from helpers.mock.script import FOLDER, ScenarioError, load, read
from helpers.mock.script.parts import (
    Page,
    RedactedThinking,
    SearchResults,
    ServerToolUse,
    Stop,
    Text,
    Thinking,
    ToolUse,
    Whole,
)

ANNOTATED = FOLDER / "every_block.yaml"
START = "prompt: Hello\nwhen: [hello]\nturns:\n  - content:\n"


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(write(folder, text))
    return str(caught.value)


def test_the_annotated_example_holds_every_kind_of_part() -> None:
    parts = [part for turn in read(ANNOTATED).turns for part in turn.content]
    assert {type(part) for part in parts} == {
        RedactedThinking,
        SearchResults,
        ServerToolUse,
        Stop,
        Text,
        Thinking,
        ToolUse,
        Whole,
    }


def test_what_the_annotated_example_has_commented_out_works_too(tmp_path: Path) -> None:
    text = ANNOTATED.read_text("utf-8")
    assert "\n# settings:" in text
    head, tail = text.split("\n# settings:")
    scenario = read(write(tmp_path, head + "\nsettings:" + tail.replace("\n# ", "\n")))
    assert scenario.settings == {
        "pace": {"first_token": 0.5, "tokens_per_second": 20},
        "chunking": "random",
    }


def test_each_entry_becomes_what_it_says(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        START
        + """
      - thinking: Well.
      - redacted_thinking: Hush.
      - text: |
          Two
          lines.
      - text: Cited.
        citations:
          - {url: "https://example.org", cited_text: Yes indeed.}
          - {type: page_location, cited_text: Page., document_index: 0,
             start_page_number: 1, end_page_number: 2}
      - web_search: blocks
        results: [{title: A, url: "https://example.org", text: Blocks., page_age: today}]
      - web_search: more
        error: unavailable
      - web_search: pending
      - web_search_results: [{title: B, url: "https://example.org/b"}]
      - server_tool_use: web_fetch
      - block: {type: fallback, from: {model: a}}
      - tool_use: act
        input: {number: 1, list: [true, null, 1.5], "on": off}
      - tool_use: act
      - stop_reason: refusal
        category: bio
without_tool: [{text: No tool.}]
""",
    )
    (turn,) = read(path).turns
    assert turn.content == turn.content_if_error
    assert turn.content == (
        Thinking("Well."),
        RedactedThinking("Hush."),
        Text("Two\nlines."),
        Text(
            "Cited.",
            (
                {
                    "type": "web_search_result_location",
                    "title": None,
                    "url": "https://example.org",
                    "cited_text": "Yes indeed.",
                },
                {
                    "type": "page_location",
                    "document_title": None,
                    "file_id": None,
                    "cited_text": "Page.",
                    "document_index": 0,
                    "start_page_number": 1,
                    "end_page_number": 2,
                },
            ),
        ),
        ServerToolUse("web_search", {"query": "blocks"}),
        SearchResults((Page("A", "https://example.org", "Blocks.", "today"),)),
        ServerToolUse("web_search", {"query": "more"}),
        SearchResults(error="unavailable"),
        ServerToolUse("web_search", {"query": "pending"}),
        SearchResults((Page("B", "https://example.org/b"),)),
        ServerToolUse("web_fetch", {}),
        Whole({"type": "fallback", "from": {"model": "a"}}),
        ToolUse("act", {"number": 1, "list": [True, None, 1.5], "on": False}),
        ToolUse("act", {}),
        Stop("refusal", {"type": "refusal", "category": "bio", "explanation": None}),
    )


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "the file must be a mapping with prompt, turns, when."),
        ("[1]", 1, "the file must be a mapping with prompt, turns, when."),
        ("prompt: a\nwhen: [a]", 1, "the file needs 'turns'."),
        ("prompt: a\nwhen: []\nturns: []", 2, "when must be a list with at least one entry."),
        (
            "prompt: a\nwhen:\n  - a\n  - '?'\nturns: [{content: [{text: b}]}]",
            4,
            "when[1] must hold a word, or any prompt fits.",
        ),
        (
            "prompt: a\nwhen: [1]\nturns: [{content: [{text: b}]}]",
            2,
            "when[0] must be text, not 1; put it in quotes if it is.",
        ),
        (
            "prompt: a\nwhen: [yes]\nturns: [{content: [{text: b}]}]",
            2,
            "when[0] must be text, not True; put it in quotes if it is.",
        ),
        (
            START + "      - text: b\npromt: c",
            6,
            "the file can't hold 'promt'; it knows about, listed, prompt, settings, turns, when, "
            "without_tool (did you mean 'prompt'?).",
        ),
        (START + "      - text: b\nwhen: [c]", 6, "when is given a second time."),
        (
            START + "      - text: b\n      - txt: c",
            6,
            "turns[0].content[1] needs one of text, json, thinking, redacted_thinking, tool_use, "
            "web_search, web_search_results, server_tool_use, block, stop_reason "
            "(did you mean 'text'?).",
        ),
        (
            START + "      - just words",
            5,
            "turns[0].content[0] must be a mapping: one of text, json, thinking, "
            "redacted_thinking, tool_use, web_search, web_search_results, server_tool_use, block, "
            "stop_reason.",
        ),
        (
            START + "      - text: b\n        x: 1",
            6,
            "turns[0].content[0] can't hold 'x'; it knows citations, text.",
        ),
        (START + "      - text: ''", 5, "turns[0].content[0].text is empty."),
        (
            START + '      - text: "\\ud83d"',
            5,
            "turns[0].content[0].text holds half of a surrogate pair, which can't be sent.",
        ),
        (
            START + "      - tool_use: t",
            3,
            "a turn calls a tool, so without_tool must say what to answer instead.",
        ),
        (
            START + "      - text: b\nwithout_tool:\n  - tool_use: t",
            6,
            "without_tool can't call t: it isn't there.",
        ),
        (
            START + "      - tool_use: t\n        input: [1]",
            6,
            "turns[0].content[0].input must be a mapping of names to values.",
        ),
        (
            START + "      - tool_use: t\n        input:\n          day: 2026-11-21",
            7,
            "turns[0].content[0].input.day can't be said in JSON; put it in quotes if it is text.",
        ),
        (
            START + "      - tool_use: t\n        input:\n          n: .nan",
            7,
            "turns[0].content[0].input.n can't be said in JSON; put it in quotes if it is text.",
        ),
        (
            START + "      - tool_use: t\n        input: {1: a}",
            6,
            "turns[0].content[0].input.1 must be text, not 1; put it in quotes if it is.",
        ),
        (
            START + "      - text: b\n        citations:\n          - url: u",
            7,
            "turns[0].content[0].citations[0] needs 'cited_text'.",
        ),
        (
            START + "      - text: b\n        citations:\n          - type: page",
            7,
            "turns[0].content[0].citations[0].type must be one of web_search_result_location, "
            "char_location, page_location, content_block_location, search_result_location, "
            "not 'page'.",
        ),
        (
            START + "      - web_search: q\n        results:\n          - title: t",
            7,
            "turns[0].content[0].results[0] needs 'url'.",
        ),
        (
            START + "      - web_search: q\n        error: broken",
            6,
            "turns[0].content[0].error must be one of invalid_tool_input, max_uses_exceeded, "
            "query_too_long, request_too_large, too_many_requests, unavailable, not 'broken'.",
        ),
        (
            START + "      - block: {text: b}",
            5,
            "turns[0].content[0].block must be a mapping with a type.",
        ),
        (
            START + "      - stop_reason: end",
            5,
            "turns[0].content[0].stop_reason must be one of max_tokens, "
            "model_context_window_exceeded, pause_turn, refusal, not 'end'.",
        ),
        (
            START + "      - stop_reason: max_tokens\n        category: bio",
            6,
            "turns[0].content[0].category goes with a refusal only.",
        ),
        (
            START + "      - stop_reason: refusal\n        category: rude",
            6,
            "turns[0].content[0].category must be one of bio, cyber, frontier_llm, "
            "general_harms, reasoning_extraction, not 'rude'.",
        ),
        (
            START + "      - stop_reason: refusal\n      - text: b",
            6,
            "turns[0].content[1] comes after stop_reason, which must be the last entry.",
        ),
        (
            START + "      - text: b\nsettings:\n  pace:\n    jitter: 2",
            8,
            "settings: pace.jitter must be a number from 0 to 1, not 2.",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_field(
    tmp_path: Path, text: str, line: int, sentence: str
) -> None:
    assert complaint(tmp_path, text) == f"mine.yaml, line {line}: {sentence}"


def test_a_file_that_is_not_yaml_is_named_with_the_line(tmp_path: Path) -> None:
    said = complaint(tmp_path, "prompt: a\nwhen: [a\nturns: b")
    assert said.startswith("mine.yaml, line 3: this is not YAML: ")
    assert "\n" not in said


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"prompt: caf\xe9")
    for path, said in (
        (tmp_path / "none.yaml", "can't be read: No such file"),
        (tmp_path / "latin.yaml", "can't be read: "),
        (FOLDER.parent, "holds no scenario"),
    ):
        with pytest.raises(ScenarioError, match=said) as caught:
            load(path)
        assert path.name in str(caught.value)


def test_a_list_within_itself_is_no_scenario(tmp_path: Path) -> None:
    assert complaint(tmp_path, "prompt: a\nwhen: &a [*a]\nturns: b").startswith("mine.yaml")


@given(st.text(st.sampled_from("abc:-[]{}\n #'\"|>&*!%1.,"), max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_breaks_the_reader(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, START + "      - text: b\n" + text)
    try:
        read(path)
    except ScenarioError as error:
        assert str(error).startswith("mine.yaml")


def test_your_own_scenarios_come_before_the_courses(tmp_path: Path) -> None:
    text = "prompt: Count to three!\nwhen: [count three]\nturns: [{content: [{text: Fee fi fo.}]}]"
    mine = write(tmp_path, text)
    for place in (mine, tmp_path):
        scenarios = load(place, FOLDER)
        assert best_fit(scenarios, "Count to three.") is scenarios[0]
        assert len(scenarios) == len(load()) + 1
        assert answer(scenarios, question("count to three")) == [Text("Fee fi fo.")]


def test_a_scenario_changes_settings_and_the_request_has_the_last_word(tmp_path: Path) -> None:
    text = START + "      - text: One two.\nsettings: {chunking: whole, pace: {first_token: 7}}"
    api = MockAPI(scenarios=load(write(tmp_path, text)))

    def chunks(prompt: str, **header: Any) -> list[Any]:
        headers = HEADERS | ({"mock-settings": json.dumps(header)} if header else {})
        return list(api.plan("POST", "/v1/messages", headers, body(prompt, stream=True)).chunks)

    (whole,) = chunks("Hello")
    assert whole.at > 7
    several = chunks("Hello", chunking="event")
    assert several[1].at == 7
    assert b"".join(chunk.data for chunk in several) == whole.data
    assert len(chunks("What else?")) > 1
