"""What a request costs to read: the prompt cache, without any memory."""

from typing import Any

import pytest
from exchange import WEATHER_TOOL, question
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.messages.tokens import count_request
from helpers.mock.messages.usage import InputTokens, count_input

LONG = "word " * 1500
MARK: Any = {"cache_control": {"type": "ephemeral"}}
HOUR: Any = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}


def system(*marks: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": LONG} | mark for mark in marks]


def talk(length: int, mark_last: bool = False) -> list[dict[str, Any]]:
    """Return a conversation of so many messages; the first is the user's."""
    roles = ("user", "assistant")
    messages = [
        {"role": roles[n % 2], "content": [{"type": "text", "text": LONG}]} for n in range(length)
    ]
    if mark_last:
        messages[-1]["content"][0] |= MARK
    return messages


def test_nothing_marked_nothing_cached() -> None:
    request = question("Hello", tools=[WEATHER_TOOL], system=LONG)
    assert count_input(request) == InputTokens(count_request(request))


def test_a_mark_costs_no_tokens() -> None:
    marked = question("Hello", system=system(MARK))
    assert count_input(marked).total == count_request(question("Hello", system=system({})))


def test_the_first_request_writes_what_it_marks() -> None:
    cost = count_input(question("Hello", system=system(MARK)))
    assert cost.read == cost.written_1h == 0
    assert 1500 < cost.written_5m < cost.total


def test_a_later_request_reads_it() -> None:
    first = count_input(question("Hello", system=system(MARK)))
    later = count_input(question("", messages=talk(3), system=system(MARK)))
    assert (later.read, later.written) == (first.written, 0)


def test_each_turn_reads_what_the_last_one_wrote() -> None:
    read = 0
    for length in (1, 3, 5, 7):
        cost = count_input(question("", messages=talk(length, mark_last=True)))
        assert cost.fresh == 0
        assert cost.read == read
        read += cost.written


def test_a_mark_on_the_request_itself_stands_at_its_end() -> None:
    for length in (1, 3):
        messages = talk(length)
        automatic = count_input(question("", messages=messages, **MARK))
        assert automatic == count_input(question("", messages=talk(length, mark_last=True)))


def test_each_part_lives_as_long_as_its_mark_says() -> None:
    cost = count_input(question("Hello", system=system(HOUR, MARK)))
    assert cost.written_5m == pytest.approx(cost.written_1h, abs=5)


def test_a_short_prompt_is_not_cached() -> None:
    request = question("Hello", system=[{"type": "text", "text": "Be brief."} | MARK])
    assert count_input(request) == InputTokens(count_request(request))


def test_a_picture_costs_the_same_whatever_its_bytes() -> None:
    def picture(data: str) -> dict[str, Any]:
        source = {"type": "base64", "media_type": "image/png", "data": data}
        message = {"role": "user", "content": [{"type": "image", "source": source}]}
        return question("", messages=[message])

    assert count_request(picture("QUJD")) == count_request(picture("QUJD" * 1000)) > 1000


@given(
    st.integers(1, 6),
    st.lists(st.sampled_from([{}, MARK, HOUR]), max_size=3),
    st.lists(st.sampled_from([{}, MARK, HOUR]), max_size=2),
    st.booleans(),
)
def test_the_parts_are_the_whole(
    length: int, on_system: list[Any], on_tools: list[Any], mark_last: bool
) -> None:
    tools = [WEATHER_TOOL | mark for mark in on_tools]
    messages = talk(length, mark_last)
    request = question("", messages=messages, tools=tools, system=system(*on_system))
    cost = count_input(request)
    assert cost.total == count_request(request)
    assert min(cost) >= 0
