"""The session: modes, models, keys that nobody sees, and one sentence per mistake."""

import httpx
import pytest

from helpers.models import DEFAULT_LIVE_MODEL, OFFLINE_MODEL
from helpers.session import ANTHROPIC_URL, Session

KEY = "sk-ant-a-key-that-must-never-show"


def test_it_opens_in_mock_mode_without_a_key():
    session = Session({})
    assert (session.mode, session.model, session.has_key) == ("mock", OFFLINE_MODEL, False)
    assert session.problem == ""


def test_the_environment_chooses_the_mode():
    session = Session({"COURSE_MODE": "anthropic", "ANTHROPIC_API_KEY": KEY})
    assert (session.mode, session.base_url) == ("anthropic", ANTHROPIC_URL)
    assert session.model == DEFAULT_LIVE_MODEL
    local = Session({"COURSE_BASE_URL": "http://127.0.0.1:8000/"})
    assert (local.mode, local.base_url) == ("custom", "http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"COURSE_MODE": "anthropic"}, "Live mode needs a key: set ANTHROPIC_API_KEY"),
        ({"COURSE_MODE": "lvie"}, "There is no mode 'lvie'"),
        ({"COURSE_MODE": "custom"}, "'' is no base URL"),
        ({"COURSE_MODE": "custom", "COURSE_BASE_URL": "localhost:1"}, "is no base URL"),
        (
            {"COURSE_BASE_URL": "http://example.org", "ANTHROPIC_API_KEY": KEY},
            "would carry your key unencrypted",
        ),
    ],
)
def test_a_wish_that_cannot_be_met_is_said_aloud(environment: dict[str, str], says: str):
    session = Session(environment)
    assert session.mode == "mock"
    assert says in session.problem
    assert session.problem.endswith("The course stays in mock mode.")


def test_a_failed_switch_changes_nothing():
    session = Session({})
    for mode, options in (("anthropic", {}), ("custom", {"base_url": "nowhere"}), ("x", {})):
        with pytest.raises(ValueError):
            session.use(mode, **options)
    with pytest.raises(ValueError, match="No model 'gpt'"):
        session.use_model("gpt")
    with pytest.raises(ValueError, match="cap is an amount"):
        session.set_cap(-1)
    assert (session.mode, session.model, session.cap) == ("mock", OFFLINE_MODEL, 1.0)


async def test_a_key_is_sent_but_never_shown():
    session = Session({})
    session.use("anthropic", key=KEY)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    async with session.http(transport=httpx.MockTransport(answer)) as http:
        shown = [repr(http.headers), repr(session), repr(vars(http.headers).keys()), str(http)]
        await http.get("/v1/models")
        shown.append(repr(seen[0].headers))
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert not [text for text in shown if KEY in text]


def test_listeners_hear_of_each_change():
    session = Session({})
    heard: list[str] = []
    session.on_change(lambda: heard.append(session.mode))
    session.use("custom", base_url="http://127.0.0.1:9")
    session.use("mock")
    session.ledger.settle(0.0, 0.1)
    assert heard == ["custom", "mock", "mock"]


def test_live_modes_do_not_offer_the_offline_model():
    session = Session({"ANTHROPIC_API_KEY": KEY, "COURSE_MODE": "anthropic"})
    assert OFFLINE_MODEL not in {model.id for model in session.models()}
    session.use("mock")
    assert session.model == OFFLINE_MODEL
