"""The switch over a real session: what it changes, what it refuses, what it never keeps."""

from typing import Any
from xml.etree import ElementTree

import pytest

from helpers.mock.chunking import CHUNKINGS
from helpers.mock.faults import FAULTS, Fault, each, words
from helpers.mock.settings import Settings
from helpers.providers.openai import PROVIDERS
from helpers.session.session import Session
from helpers.widgets.switch.model import PACES, describe
from helpers.widgets.switch.snapshot import draw, tell
from helpers.widgets.switch.view import Switch

KEY = "sk-ant-this-is-secret"


@pytest.fixture
def session() -> Session:
    return Session({})


@pytest.fixture
def switch(session: Session) -> Switch:
    return Switch(session)


def send(switch: Switch, **message: Any) -> None:
    switch._handle_custom_msg(message, [])


def go_live(switch: Switch, mode: str = "anthropic", url: str = "", key: str = KEY) -> None:
    send(switch, op="use", mode=mode, base_url=url, key=key)


def test_at_first_it_is_calm(switch: Switch) -> None:
    assert switch.state["mode"] == "mock"
    assert (switch.state["pace"], switch.state["fault"], switch.state["problem"]) == (
        "typical",
        None,
        "",
    )
    assert switch.text_alternative() == (
        "Mode: Mock: answers come from this machine; no key, no network, no cost\n"
        "Pace: first token after 350 ms, then 80 tokens a second\n"
        "Fault: none"
    )


@pytest.mark.parametrize("name", list(PACES))
def test_a_pace_is_one_choice(switch: Switch, session: Session, name: str) -> None:
    send(switch, op="pace", name=name)
    pace = session.mock.pace
    assert (pace.first_token, pace.tokens_per_second) == PACES[name]
    assert switch.state["pace"] == name


def test_a_slider_changes_one_number_and_nothing_else(switch: Switch, session: Session) -> None:
    send(switch, op="mock", settings={"fault": "cut"})
    send(switch, op="mock", settings={"pace": {"first_token": 2.5}})
    assert session.mock.pace.first_token == 2.5
    assert session.mock.pace.tokens_per_second == 80
    assert session.mock.fault == "cut"
    assert switch.state["pace"] == "custom"


def test_a_pace_that_was_set_as_a_duration_is_no_preset(switch: Switch) -> None:
    send(switch, op="mock", settings={"pace": {"duration": 8.0}})
    assert switch.state["pace"] == "custom"


def test_every_fault_and_chunking_can_be_chosen_and_is_described(switch: Switch) -> None:
    for name in FAULTS:
        send(switch, op="mock", settings={"fault": name})
        assert switch.state["fault"] == name
        assert switch.state["faults"][name].endswith(".")
        assert f"Fault: {name}: " in switch.text_alternative()
    send(switch, op="mock", settings={"fault": None})
    assert "Fault: none" in switch.text_alternative()
    for name in CHUNKINGS:
        send(switch, op="mock", settings={"chunking": name})
        assert switch.state["chunking"] == name
        assert switch.state["chunkings"][name] != name  # said in words


def test_a_fault_is_picked_with_its_place_and_how_often(switch: Switch, session: Session) -> None:
    send(switch, op="fault", name="reset", where="at_event", number=5, times=2)
    assert session.mock.fault == Fault("reset", at_event=5, times=2)
    shown = {name: switch.state[name] for name in ("fault", "where", "number", "times")}
    assert shown == {"fault": "reset", "where": "at_event", "number": 5, "times": 2}
    assert "with a TCP reset: after 5 events, 2 times." in switch.text_alternative()
    send(switch, op="fault", name="cut", where="inside_character", number=None, times=None)
    assert session.mock.fault == Fault("close", at="inside_character")
    assert (switch.state["fault"], switch.state["where"]) == ("cut", "inside_character")
    send(switch, op="fault", name="529", where="", number=None, times=None)
    assert session.mock.fault == "529"
    send(switch, op="fault", name="", where="", number=None, times=None)
    assert session.mock.fault is None


@pytest.mark.parametrize("fault", [Fault("stall", seconds=3), ("crlf", Fault("drop", at_byte=9))])
def test_a_fault_from_python_is_told(switch: Switch, session: Session, fault: Any) -> None:
    session.use_mock(Settings(fault=fault))
    assert switch.state["fault"] == "custom"
    for one in each(fault):
        assert words(one) in switch.text_alternative()


def test_streams_under_way_are_cut_by_one_click(switch: Switch, session: Session) -> None:
    sent: list[Any] = []
    switch.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    send(switch, op="break")
    assert {"op": "struck", "count": 0} in sent
    assert session._server is None  # nothing runs, so nothing is started for it


@pytest.mark.parametrize(
    "message",
    [
        {"op": "fault", "name": "reset", "where": "at_event", "number": -1, "times": None},
        {"op": "fault", "name": "reset", "where": "nowhere", "number": None, "times": None},
        {"op": "fault", "name": "pings", "where": "", "number": None, "times": "often"},
        {"op": "mock", "settings": {"fault": "earthquake"}},
        {"op": "mock", "settings": {"pace": {"first_token": -1}}},
        {"op": "use", "mode": "anthropic", "base_url": "", "key": ""},
        {"op": "use", "mode": "openai", "base_url": "", "key": ""},
        {"op": "use", "mode": "mock", "base_url": "", "key": "", "provider": "x"},
        {"op": "use", "mode": "custom", "base_url": "nonsense", "key": ""},
        {"op": "use", "mode": "custom", "base_url": "http://example.org", "key": KEY},
        {"op": "model", "id": "no-such-model"},
        {"op": "cap", "dollars": -1},
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(
    switch: Switch, message: dict[str, Any]
) -> None:
    before = dict(switch.state)
    send(switch, **message)
    problem = switch.state["problem"]
    assert problem.endswith((".", ")"))
    assert "\n" not in problem
    assert KEY not in problem
    assert {**switch.state, "problem": ""} == before
    assert f"✕ {problem}" in switch.text_alternative()
    send(switch, op="pace", name="typical")
    assert switch.state["problem"] == ""


def test_messages_of_another_shape_are_survived(switch: Switch) -> None:
    before = dict(switch.state)
    for message in ({}, {"op": "use"}, {"op": "cap", "dollars": "1"}, {"op": "pace", "name": "x"}):
        send(switch, **message)
    assert switch.state == before


def test_a_key_is_held_by_the_session_and_shown_nowhere(switch: Switch, session: Session) -> None:
    sent: list[object] = []
    switch.comm.publish_msg = lambda *args, **more: sent.append((args, more))  # type: ignore[union-attr]
    go_live(switch, key=f" {KEY} ")
    assert (session.mode, session.has_key) == ("anthropic", True)
    assert switch.state["has_key"] is True
    assert len(sent) >= 2
    for place in (
        sent,
        switch.get_state(),
        switch.snapshot(),
        switch.text_alternative(),
        vars(switch),
    ):
        assert KEY not in repr(place)


def test_live_mode_says_what_it_costs(switch: Switch, session: Session) -> None:
    go_live(switch)
    send(switch, op="model", id="claude-sonnet-5-5")
    send(switch, op="cap", dollars=2.5)
    session.ledger.settle(0.0, 0.25)
    send(switch, op="refresh")
    assert switch.state["spent"] == 0.25
    assert "live requests cost money" in switch.text_alternative()
    assert (
        "$2.00 in and $10.00 out per million tokens (prices of 2026-" in switch.text_alternative()
    )
    assert "Spent: $0.2500 of at most $2.50" in switch.text_alternative()
    assert all("offline" not in model["id"] for model in switch.state["models"])


def test_another_address_takes_any_model(switch: Switch, session: Session) -> None:
    go_live(switch, "custom", "http://127.0.0.1:8000/", "")
    send(switch, op="model", id="my-local-model")
    assert (session.base_url, session.model) == ("http://127.0.0.1:8000", "my-local-model")
    assert "Other base URL at http://127.0.0.1:8000" in switch.text_alternative()
    assert "Model: my-local-model" in switch.text_alternative()


def test_openai_says_that_nothing_is_counted(switch: Switch, session: Session) -> None:
    go_live(switch, "openai")
    assert (session.mode, session.provider) == ("openai", "openai-responses")
    assert switch.state["keys"] == ["openai-chat", "openai-responses"]
    send(switch, op="model", id="gpt-of-tomorrow")
    assert switch.text_alternative() == (
        "Mode: OpenAI: live requests cost money\n"
        "API: Responses (OpenAI)\n"
        "Model: gpt-of-tomorrow\n"
        "Spent: not counted: the price is unknown, so no cap holds"
    )
    assert KEY not in repr([switch.get_state(), switch.snapshot()])


def test_another_api_can_be_spoken_in_mock_mode(switch: Switch, session: Session) -> None:
    send(switch, op="use", mode="mock", base_url="", key="", provider="openai-chat")
    assert session.provider == "openai-chat"
    assert "API: Chat completions (OpenAI)" in switch.text_alternative()
    assert [model["id"] for model in switch.state["models"]] == [session.model]
    send(switch, op="use", mode="mock", base_url="", key="")
    assert (session.provider, "API:" in switch.text_alternative()) == ("anthropic", False)


def test_each_provider_has_words(switch: Switch) -> None:
    assert list(switch.state["providers"]) == list(PROVIDERS)


def test_back_to_mock(switch: Switch, session: Session) -> None:
    go_live(switch)
    send(switch, op="use", mode="mock", base_url="", key="")
    assert session.mode == "mock"
    assert "no cost" in switch.text_alternative()


def test_two_switches_and_python_show_the_same(switch: Switch, session: Session) -> None:
    other = Switch(session)
    send(switch, op="mock", settings={"fault": "stall"})
    assert other.state == switch.state
    session.set_cap(3.0)
    assert other.state["cap"] == switch.state["cap"] == 3.0


def test_a_wish_of_the_environment_that_failed_is_told() -> None:
    switch = Switch(Session({"COURSE_MODE": "anthropic"}))
    assert switch.state["mode"] == "mock"
    assert "stays in mock mode" in switch.text_alternative()


def test_no_server_is_started_to_draw_it(switch: Switch, session: Session) -> None:
    switch.snapshot()
    switch.text_alternative()
    assert session._server is None


def test_hostile_words_are_words(session: Session) -> None:
    session.use("custom", base_url="http://127.0.0.1:1")
    session.use_model("</text><script>alert(1)</script>\x00")
    state = describe(session, "<b>&")
    ElementTree.fromstring(draw(state))
    assert "✕ <b>&" in tell(state)
