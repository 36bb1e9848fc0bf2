"""What notebook 06 says, held to the offline API, to the library and to a real MCP server."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import httpx
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION

from helpers import history
from helpers.lessons.nb06_edge_cases.poisoned.checks import HISTORIES, History
from helpers.lessons.refresh import NOTEBOOKS
from helpers.mock.errors import ApiError
from helpers.mock.rules import check_request
from helpers.parts import recovery as short
from helpers.providers.models import OFFLINE_MODEL

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
    conversation = history.Conversation([{"role": "user", "content": "Tell me."}])
    conversation.add_turn(content, [{"type": "tool_result", "tool_use_id": id} for id in answered])
    turns = [turn for turn in conversation.messages if turn["role"] == "assistant"]
    assert short.kept(content, answered) == [block for turn in turns for block in turn["content"]]
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


def mcp_server() -> str:
    """Return the program of notebook 06's MCP server, which here also tells its steps."""
    notebook = nbformat.read(NOTEBOOKS / "06_edge_cases.ipynb", as_version=4)
    (program,) = [cell.source for cell in notebook.cells if cell.source.startswith("SERVER =")]
    scope: dict[str, str] = {}
    exec(program, scope)
    step = "            await ctx.report_progress(step, 1000)\n"
    assert step in scope["SERVER"]
    tell = '            print(f"step {step}", file=sys.stderr, flush=True)\n'
    return scope["SERVER"].replace(step, tell + step)


@contextmanager
def mcp_over_http() -> Iterator[tuple[str, Callable[[str], str]]]:
    """Run that server; yield its address, and what waits for words on its stderr."""
    command = [sys.executable, "-c", mcp_server(), "http"]
    quiet, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, stdout=quiet, stderr=pipe, text=True) as server:
        assert server.stderr
        lines = iter(server.stderr)

        def wait_for(words: str) -> str:
            return next(line for line in lines if words in line)

        try:
            yield wait_for("running on").split()[4] + "/mcp", wait_for
        finally:
            server.terminate()


def test_the_notebook_speaks_the_newest_mcp() -> None:
    notebook = nbformat.read(NOTEBOOKS / "06_edge_cases.ipynb", as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert re.findall(r'^VERSION = "(.*)"$', code, re.MULTILINE) == [LATEST_MODERN_VERSION]
    assert f"`{LATEST_MODERN_VERSION}`" in prose
    assert f"An older server, of `{LATEST_HANDSHAKE_VERSION}` or before," in prose


OLDER = [LATEST_HANDSHAKE_VERSION, pytest.param("2025-06-18", marks=pytest.mark.long)]


@pytest.mark.parametrize("version", OLDER)
def test_an_older_mcp_server_wants_what_the_notebook_says(version: str) -> None:
    headers = {"Accept": "application/json, text/event-stream"}
    who = {"clientInfo": {"name": "test", "version": "1"}, "capabilities": {}}
    with mcp_over_http() as (url, wait_for), httpx.Client(trust_env=False, timeout=60) as http:

        def post(**message: Any) -> httpx.Response:
            return http.post(url, json={"jsonrpc": "2.0", **message}, headers=headers)

        copy = {"name": "copy_files", "arguments": {}, "_meta": {"progressToken": "copy"}}
        call = {"id": 1, "method": "tools/call", "params": copy}
        assert post(**call).status_code == 400  # nothing goes before the handshake
        hello = post(id=0, method="initialize", params={"protocolVersion": version, **who})
        headers["Mcp-Session-Id"] = hello.headers["mcp-session-id"]
        headers["MCP-Protocol-Version"] = version
        assert post(method="notifications/initialized").status_code == 202

        body = {"jsonrpc": "2.0", **call}
        with http.stream("POST", url, json=body, headers=headers) as response:
            next(line for line in response.iter_lines() if '"progress":2' in line)
        wait_for("step 9")  # the stream is closed, and the tool runs on
        reason = {"requestId": 1, "reason": "Stop"}
        assert post(method="notifications/cancelled", params=reason).status_code == 202
        wait_for("the tool has stopped")


def test_todays_mcp_server_refuses_the_handshake_and_drops_a_posted_stop() -> None:
    about = "io.modelcontextprotocol/"
    meta: dict[str, Any] = {
        f"{about}protocolVersion": LATEST_MODERN_VERSION,
        f"{about}clientCapabilities": {},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": LATEST_MODERN_VERSION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "copy_files",
    }
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    call |= {"params": {"name": "copy_files", "_meta": {**meta, "progressToken": "copy"}}}
    stop = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    with mcp_over_http() as (url, wait_for), httpx.Client(trust_env=False, timeout=60) as http:
        hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"_meta": meta}}
        answer = http.post(url, json=hello, headers=headers | {"Mcp-Method": "initialize"})
        assert answer.status_code == 404, answer.text

        with http.stream("POST", url, json=call, headers=headers) as response:
            assert "mcp-session-id" not in response.headers
            lines = response.iter_lines()
            next(line for line in lines if '"progress":2' in line)
            assert http.post(url, json=stop, headers=headers).status_code == 202
            next(line for line in lines if '"progress":9' in line)  # the tool runs on
        wait_for("the tool has stopped")
