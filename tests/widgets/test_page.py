"""A page of the web server in a notebook: its snapshot, its words, and its server."""

import xml.etree.ElementTree as ElementTree

import httpx
import pytest

from helpers import course
from helpers.agent import RunFinished, ToolFinished, TurnStarted
from helpers.message import (
    BlockStarted,
    BlockStopped,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    UsageUpdated,
)
from helpers.widgets.page.model import PAGES, Row, fold
from helpers.widgets.page.snapshot import draw, tell
from helpers.widgets.page.view import PageView

CALL = ToolCall(1, "toolu_1", "get_weather", {"city": "Lagos"}, '{"city": "Lagos"}')
RUN = [
    (0.0, TurnStarted(1)),
    (0.4, BlockStarted(0, {"type": "thinking"})),
    (0.5, ThinkingDelta(0, "A question of rain.")),
    (0.9, BlockStopped(0, {"type": "thinking"})),
    (2.0, ToolFinished(CALL, "31 °C <b>& sunny</b>", False, 1.1)),
    (2.1, TurnStarted(2)),
    (2.5, BlockStarted(0, {"type": "text"})),
    (2.5, TextDelta(0, "No ")),
    (2.6, TextDelta(0, "umbrella.")),
    (2.7, UsageUpdated({"input_tokens": 700, "cache_read_input_tokens": 500, "output_tokens": 30})),
    (2.7, RunFinished("end_turn", {"input_tokens": 700, "output_tokens": 30}, 2)),
]
ROWS = [
    Row("thinking", "A question of rain.", seconds=0.5),
    Row("tool", 'get_weather  {"city": "Lagos"}', "31 °C <b>& sunny</b>", 1.1),
    Row("text", "No umbrella."),
    Row("end", "1,200 tokens in, 30 out · 2.7 s"),
]


def test_a_run_is_folded_to_what_the_page_shows_in_the_end():
    assert fold(RUN) == ROWS


@pytest.mark.parametrize("which", PAGES)
def test_the_snapshot_is_a_picture_with_the_same_words_as_the_text_alternative(which: str):
    picture = ElementTree.fromstring(draw(which, "Rain?", ROWS))
    description = picture.findtext("{http://www.w3.org/2000/svg}desc")
    assert description == tell(which, "Rain?", ROWS)
    assert "▸ Thought for 0.5 s" in description
    assert "31 °C <b>& sunny</b>" in description
    assert PAGES[which] in description


def test_a_tool_that_failed_is_told_so():
    rows = [Row("tool", "get_weather  {}", "no such city", 0.1, failed=True)]
    assert "✕ failed get_weather" in tell("fetch", "Rain?", rows)


def test_the_same_page_gives_the_same_bytes():
    one, other = course.page("react"), course.page("react")
    assert (one.snapshot(), one.text_alternative(), repr(one)) == (
        other.snapshot(),
        other.text_alternative(),
        "<PageView>",
    )


def test_there_is_no_other_page():
    with pytest.raises(ValueError, match="choose from eventsource, fetch"):
        course.page("telnet")


def test_the_server_starts_when_somebody_looks_and_gives_the_page():
    view = course.page("eventsource")
    assert view.url == ""
    view._receive(view, {"op": "open", "behind": ""}, None)
    assert view.wait(60)
    answer = httpx.get(view.url, trust_env=False, timeout=60)
    assert answer.status_code == 200
    assert "EventSource" in answer.text
    # JupyterLab may show it in a frame; nobody else may.
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*" in policy


def test_a_server_that_does_not_start_is_a_sentence():
    def refuse(behind: str) -> str:
        raise OSError("the port is taken")

    view = PageView("fetch", refuse, prompt="Rain?", expected=RUN)
    view._receive(view, {"op": "open", "behind": ""}, None)
    assert view.wait(60)
    assert (view.url, view.problem) == ("", "The page has no server: the port is taken")


def test_behind_a_hub_the_page_has_the_hubs_address_and_lets_that_origin_in():
    from helpers.web.serving import start

    with start() as server:
        address = server.page("fetch", "https://Hub.example.org/user/ada/")
        assert address == (
            f"https://Hub.example.org/user/ada/proxy/{server.url.rpartition(':')[2]}/fetch"
        )

        options = {"trust_env": False, "timeout": 60}

        def status(**headers: str) -> int:
            return httpx.get(f"{server.url}/about", headers=headers, **options).status_code

        assert status(host="hub.example.org", origin="https://hub.example.org") == 200
        assert status(host="hub.example.org", origin="https://other.example.org") == 403
        assert status(host="other.example.org") == 421
        with pytest.raises(RuntimeError, match="no proxy leads"):
            server.page("fetch", "javascript:alert(1)//")
