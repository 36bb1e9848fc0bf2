"""Histories made of the mock's own answers: all are taken, and each single change is refused."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from exchange import HEADERS
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.script import Scenario, Turn, load
from helpers.mock.script.parts import Part, Text, Thinking, ToolUse
from tests.sweeps import examples

Messages = list[dict[str, Any]]
Change = Callable[[Messages, int, int], None]
TOOL = {"name": "look", "input_schema": {"type": "object", "properties": {}}}


def api(turns: list[tuple[Part, ...]]) -> MockAPI:
    """Return an API that gives these answers, one after the other, while its tool is called."""
    scenario = Scenario(
        name="any",
        prompt="Look.",
        when=(frozenset({"look"}),),
        turns=tuple(Turn(content, content) for content in turns),
        without_tool=(Text("No."),),
    )
    return MockAPI(scenarios=[scenario], clock=VirtualClock())


def send(mock: MockAPI, messages: Messages, **more: Any) -> tuple[int, dict[str, Any]]:
    request = {
        "model": "claude-opus-5-5",
        "max_tokens": 5000,
        "tools": [TOOL],
        "thinking": {"type": "adaptive", "display": "summarized"},
        "messages": messages,
    }
    plan = mock.plan("POST", "/v1/messages", HEADERS, json.dumps(request | more).encode())
    return plan.status, json.loads(b"".join(chunk.data for chunk in plan.chunks))


def loop(mock: MockAPI, prompts: list[str]) -> Messages:
    """Return the history of an agent that answers every call, and of a user who goes on.

    It ends with results, in the middle of a turn.
    """
    messages: Messages = []
    for prompt in prompts:
        messages.append({"role": "user", "content": f"Look: {prompt}"})
        for _ in range(10):
            status, answer = send(mock, messages)
            assert status == 200, answer
            messages.append({"role": "assistant", "content": answer["content"]})
            calls = [block for block in answer["content"] if block["type"] == "tool_use"]
            if not calls:
                break
            results = [
                {"type": "tool_result", "tool_use_id": block["id"], "content": "seen"}
                for block in calls
            ]
            messages.append({"role": "user", "content": results})
    while messages[-1]["role"] == "assistant":
        messages.pop()
    return messages


words = st.text("abc ", min_size=1, max_size=12).map(lambda text: f"x{text}x")
calls = st.lists(st.builds(ToolUse, st.just("look"), st.just({})), min_size=1, max_size=3)


@st.composite
def histories(draw: st.DrawFn, thinks: bool = False) -> tuple[MockAPI, Messages]:
    turns: list[tuple[Part, ...]] = []
    for _ in range(draw(st.integers(1, 3))):
        thinking = draw(st.lists(st.builds(Thinking, words), min_size=2 * thinks, max_size=2))
        said = draw(st.lists(st.builds(Text, words), max_size=1))
        turns.append((*thinking, *said, *draw(calls)))
    turns.append((Text("Done."),))
    mock = api(turns)
    return mock, loop(mock, draw(st.lists(words, min_size=1, max_size=2)))


def blocks_of(messages: Messages, kind: str) -> list[tuple[int, int]]:
    return [
        (index, place)
        for index, message in enumerate(messages)
        if isinstance(message["content"], list)
        for place, block in enumerate(message["content"])
        if block["type"] == kind
    ]


def since_the_last_prompt(messages: Messages) -> int:
    return max(i for i, message in enumerate(messages) if isinstance(message["content"], str))


@settings(max_examples=examples(40), deadline=None)
@given(histories())
def test_what_the_mock_gave_it_takes_back(history: tuple[MockAPI, Messages]) -> None:
    mock, messages = history
    assert send(mock, messages)[0] == 200
    # Results may be in any order, and null fields and cache marks may come and go.
    again = copy.deepcopy(messages)
    for message in again:
        if isinstance(message["content"], list):
            for block in message["content"]:
                if block["type"] == "tool_use":
                    block |= {"cache_control": {"type": "ephemeral"}, "caller": None}
    assert send(mock, again)[0] == 200


def drop_result(messages: Messages, index: int, place: int) -> None:
    del messages[index]["content"][place]


def rename_result(messages: Messages, index: int, place: int) -> None:
    messages[index]["content"][place]["tool_use_id"] += "x"


def repeat_result(messages: Messages, index: int, place: int) -> None:
    content = messages[index]["content"]
    content.append(copy.deepcopy(content[place]))


def text_before_result(messages: Messages, index: int, place: int) -> None:
    messages[index]["content"].insert(place, {"type": "text", "text": "Here:"})


def drop_results(messages: Messages, index: int, place: int) -> None:
    messages[index]["content"] = "Never mind."


def drop_message_of_results(messages: Messages, index: int, place: int) -> None:
    del messages[index]


def split_results(messages: Messages, index: int, place: int) -> None:
    content = messages[index]["content"]
    messages[index : index + 1] = [
        {"role": "user", "content": content[:place]},
        {"role": "user", "content": content[place:]},
    ]


def put_results_before_calls(messages: Messages, index: int, place: int) -> None:
    messages[index - 1 : index + 1] = reversed(messages[index - 1 : index + 1])


RESULT_CHANGES = [
    drop_result,
    rename_result,
    repeat_result,
    text_before_result,
    drop_results,
    drop_message_of_results,
    split_results,
    put_results_before_calls,
]


def drop_call(messages: Messages, index: int, place: int) -> None:
    del messages[index]["content"][place]


def repeat_call(messages: Messages, index: int, place: int) -> None:
    content = messages[index]["content"]
    content.append(copy.deepcopy(content[place]))


def rename_call(messages: Messages, index: int, place: int) -> None:
    messages[index]["content"][place]["id"] += "x"


def drop_message_of_calls(messages: Messages, index: int, place: int) -> None:
    del messages[index]


CALL_CHANGES = [drop_call, repeat_call, rename_call, drop_message_of_calls]


def edit_thinking(messages: Messages, index: int, place: int) -> None:
    messages[index]["content"][place]["thinking"] += "!"


def edit_signature(messages: Messages, index: int, place: int) -> None:
    block = messages[index]["content"][place]
    swapped = "A" if block["signature"][40] != "A" else "B"
    block["signature"] = block["signature"][:40] + swapped + block["signature"][41:]


def empty_thinking(messages: Messages, index: int, place: int) -> None:
    messages[index]["content"][place]["thinking"] = ""


def edit_the_prompt_before(messages: Messages, index: int, place: int) -> None:
    messages[0]["content"] += "?"


THINKING_CHANGES = [edit_thinking, edit_signature, empty_thinking, edit_the_prompt_before]


def drop_thinking(messages: Messages, index: int, place: int) -> None:
    del messages[index]["content"][place]


def move_thinking_to_the_end(messages: Messages, index: int, place: int) -> None:
    content = messages[index]["content"]
    content.append(content.pop(place))


def swap_thoughts(messages: Messages, index: int, place: int) -> None:
    content = messages[index]["content"]
    content[place : place + 2] = reversed(content[place : place + 2])


def forget_it_all(messages: Messages, index: int, place: int) -> None:
    content = messages[index]["content"]
    content[:] = [block for block in content if block["type"] != "thinking"]


CURRENT_CHANGES = [drop_thinking, move_thinking_to_the_end, swap_thoughts, forget_it_all]


def others(messages: Messages, index: int, place: int) -> bool:
    return len(messages[index]["content"]) > 1  # of an empty message something else is said


def has_two_thoughts(messages: Messages, index: int, place: int) -> bool:
    content = messages[index]["content"]
    following = content[place + 1]
    is_current = index > since_the_last_prompt(messages)
    return is_current and following["type"] == "thinking" and following != content[place]


# Where a change can be made; all others can be made everywhere.
POSSIBLE: dict[Change, Callable[[Messages, int, int], bool]] = {
    drop_result: others,
    drop_call: others,
    split_results: lambda messages, index, place: place > 0,
    swap_thoughts: has_two_thoughts,
    **{
        change: lambda messages, index, place: index > since_the_last_prompt(messages)
        for change in (drop_thinking, move_thinking_to_the_end, forget_it_all)
    },
}


def change_and_get_error(
    history: tuple[MockAPI, Messages], data: st.DataObject, kind: str, change: Any
) -> str:
    mock, messages = history
    possible = POSSIBLE.get(change, lambda *where: True)
    places = [place for place in blocks_of(messages, kind) if possible(messages, *place)]
    assume(places)
    index, place = data.draw(st.sampled_from(places))
    before = copy.deepcopy(messages)
    change(messages, index, place)
    assert messages != before
    status, answer = send(mock, messages)
    assert status == 400, answer
    assert answer["error"]["type"] == "invalid_request_error"
    message: str = answer["error"]["message"]
    return message


@pytest.mark.parametrize("change", RESULT_CHANGES)
def test_a_changed_result_is_refused(change: Change) -> None:
    @settings(max_examples=examples(10), deadline=None)
    @given(histories(), st.data())
    def holds(history: Any, data: st.DataObject) -> None:
        assert "tool_" in change_and_get_error(history, data, "tool_result", change)

    holds()


@pytest.mark.parametrize("change", CALL_CHANGES)
def test_a_changed_call_is_refused(change: Change) -> None:
    @settings(max_examples=examples(10), deadline=None)
    @given(histories(), st.data())
    def holds(history: Any, data: st.DataObject) -> None:
        assert "tool_" in change_and_get_error(history, data, "tool_use", change)

    holds()


@pytest.mark.parametrize("change", THINKING_CHANGES + CURRENT_CHANGES)
def test_changed_thinking_is_refused(change: Change) -> None:
    @settings(max_examples=examples(10), deadline=None)
    @given(histories(thinks=True), st.data())
    def holds(history: Any, data: st.DataObject) -> None:
        assert "thinking" in change_and_get_error(history, data, "thinking", change)

    holds()


@settings(max_examples=examples(30), deadline=None)
@given(histories(thinks=True))
def test_thinking_of_earlier_turns_may_go(history: tuple[MockAPI, Messages]) -> None:
    mock, messages = history
    for message in messages[: since_the_last_prompt(messages)]:
        if isinstance(message["content"], list):
            message["content"] = [b for b in message["content"] if b["type"] != "thinking"]
    assert send(mock, messages)[0] == 200


@pytest.mark.parametrize("scenario", load(), ids=lambda scenario: scenario.name)
def test_what_a_scenario_gave_is_taken_back(scenario: Scenario) -> None:
    parts = [part for turn in scenario.turns for part in turn.content]
    names = {part.name for part in parts if isinstance(part, ToolUse)}
    tools = [TOOL | {"name": name} for name in sorted(names)]
    mock = MockAPI(scenarios=[scenario], clock=VirtualClock())
    messages: Messages = [{"role": "user", "content": scenario.prompt}]
    for _ in range(4):
        status, answer = send(mock, messages, model="offline-mock", tools=tools)
        assert status == 200, answer
        messages.append({"role": "assistant", "content": answer["content"]})
        results = [
            {"type": "tool_result", "tool_use_id": block["id"], "content": "seen"}
            for block in answer["content"]
            if block["type"] == "tool_use"
        ]
        if answer["stop_reason"] != "pause_turn":
            messages.append({"role": "user", "content": results or "Go on."})
