"""What notebook 06 says about histories, held to the offline API and to the library."""

import re
from copy import deepcopy
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import history
from helpers.lessons import recovery_reference as short
from helpers.lessons.edge_cases import HISTORIES, History
from helpers.lessons.refresh import NOTEBOOKS
from helpers.mock.errors import ApiError
from helpers.mock.rules import check_request
from helpers.models import OFFLINE_MODEL

ids = st.sampled_from(["one", "two", "three"])
blocks = st.lists(
    st.one_of(
        st.builds(lambda words: {"type": "text", "text": words}, st.sampled_from(["", " ", "Hm."])),
        st.builds(
            lambda seal: {"type": "thinking", "thinking": "Hm.", **seal},
            st.sampled_from([{}, {"signature": ""}, {"signature": "c2VhbA=="}]),
        ),
        st.just({"type": "redacted_thinking", "data": "c2VhbA=="}),
        st.just({"type": "hologram"}),
        st.builds(
            lambda kind, id: {"type": kind, "id": id, "name": "look", "input": {}},
            st.sampled_from(["tool_use", "server_tool_use", "mcp_tool_use"]),
            ids,
        ),
        st.builds(lambda id: {"type": "web_search_tool_result", "tool_use_id": id}, ids),
    ),
    max_size=8,
)


@given(blocks, st.sets(ids))
def test_the_short_answer_keeps_what_the_library_keeps(
    content: list[dict[str, Any]], answered: set[str]
) -> None:
    before = deepcopy(content)
    assert short.kept(content, answered) == history.kept(content, answered, paused=False)
    assert content == before


def test_the_short_answer_goes_on_in_the_librarys_words() -> None:
    text = "So it goes. " * 30
    conversation = history.Conversation([{"role": "user", "content": "Tell me."}])
    conversation.add_turn([{"type": "text", "text": text}])
    conversation.ask_to_continue(prefill=False)
    (words,) = conversation.messages[-1]["content"]
    assert short.continuation(text)["content"] == words["text"]


@pytest.mark.parametrize("told", HISTORIES, ids=lambda told: told.letter)
def test_the_offline_api_refuses_what_the_exercise_says(told: History) -> None:
    request = {"model": OFFLINE_MODEL, "max_tokens": 64, "messages": told.messages}
    try:
        check_request(request, {})
    except ApiError:
        assert told.refused
    else:
        assert not told.refused


def test_the_histories_are_those_of_the_notebook() -> None:
    notebook = nbformat.read(NOTEBOOKS / "06_edge_cases.ipynb", as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    written = dict(re.findall(r"^- \*\*([A-I])\*\* (.*)$", prose, re.MULTILINE))
    assert written == {told.letter: told.what for told in HISTORIES}
