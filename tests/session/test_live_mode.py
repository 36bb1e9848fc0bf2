"""Live mode, run for real against a server that speaks the API: here the mock itself."""

import json

import pytest

from helpers import course
from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Settings
from helpers.providers.models import price
from helpers.session import clients
from helpers.session.session import Session

KEY = "sk-test-key-that-must-never-show"


@pytest.fixture(scope="module")
def server():
    with start_server() as running:
        yield running


@pytest.fixture
def live(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> Session:
    session = Session({})
    session.use("custom", base_url=server.base_url, key=KEY)
    session.use_model("claude-sonnet-5-5")
    monkeypatch.setattr(clients, "session", session)
    return session


def test_a_run_is_estimated_before_and_priced_after(live: Session):
    view = course.transcript("Count to three.")
    assert view.state["state"] == "ready"  # nothing is sent before the price has been seen
    at_most = view.setup["at_most"]
    assert at_most == live.estimate(course.request("Count to three."))
    assert "One, two" not in view.text_alternative()  # nobody can know what a live model will say
    view.start()
    assert view.wait(60)
    assert view.state["state"] == "done"
    usage = {"input_tokens": 10, "output_tokens": 6}
    assert view.state["cost"] == price("claude-sonnet-5-5", usage) == live.spent
    assert 0 < live.spent < at_most
    assert KEY not in json.dumps(
        [view.get_state(), view.snapshot(), view.text_alternative()], default=str
    )


def test_the_cap_stops_a_run_before_it_is_sent(live: Session):
    live.set_cap(0.0001)
    view = course.transcript("Count to three.")
    view.start()
    assert view.wait(60)
    assert view.state["state"] == "failed"
    assert "it was not sent" in view.state["problem"]
    assert live.spent == 0


def test_the_mode_says_what_it_costs(live: Session):
    said = live.describe()
    assert "$2.00 in, $10.00 out per million tokens" in said
    assert "they stop at $1.00" in said
    assert KEY not in said


async def test_a_class_shares_one_offline_api_and_each_learner_has_their_own_fault(
    server: MockServer,
):
    environment = {"COURSE_MODE": "mock", "COURSE_BASE_URL": server.base_url}
    one, other = Session(environment), Session(environment)
    assert one.mode == "mock" and one.base_url == server.base_url
    one.use_mock(Settings(fault="529"))
    statuses = []
    for session in (one, other):
        async with session.http() as http:
            body = {**course.request("Count to three."), "stream": True}
            statuses.append((await http.post("/v1/messages", json=body)).status_code)
    assert statuses == [529, 200]
