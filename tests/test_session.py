"""The session: modes, models, keys that nobody sees, and one sentence per mistake."""

import httpx
import pytest

from helpers.client import open_stream
from helpers.mock.server import MockServer, start_server
from helpers.models import DEFAULT_LIVE_MODEL, DEFAULT_OPENAI_MODEL, OFFLINE_MODEL
from helpers.openai import PROVIDERS, open_chat, open_responses
from helpers.session import ANTHROPIC_URL, OPENAI_URL, Session

KEY = "sk-ant-a-key-that-must-never-show"
OPENAI_KEY = "sk-proj-another-that-must-never-show"


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


def test_the_environment_chooses_the_provider():
    session = Session({"COURSE_MODE": "openai", "OPENAI_API_KEY": OPENAI_KEY})
    assert (session.base_url, session.provider) == (OPENAI_URL, "openai-responses")
    assert session.open_stream is open_responses
    assert session.model == DEFAULT_OPENAI_MODEL
    local = Session(
        {"COURSE_BASE_URL": "http://127.0.0.1:11434/v1/", "COURSE_PROVIDER": "openai-chat"}
    )
    assert (local.mode, local.base_url) == ("custom", "http://127.0.0.1:11434")
    assert local.open_stream is open_chat
    mock = Session({"COURSE_PROVIDER": "openai-chat"})
    assert (mock.mode, mock.provider, mock.model) == ("mock", "openai-chat", OFFLINE_MODEL)
    assert "They speak openai-chat." in mock.describe()
    assert Session({}).open_stream is open_stream


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"COURSE_MODE": "anthropic"}, "Live mode needs a key: set ANTHROPIC_API_KEY"),
        ({"COURSE_MODE": "openai"}, "Live mode needs a key: set OPENAI_API_KEY"),
        (
            {"COURSE_MODE": "openai", "ANTHROPIC_API_KEY": KEY},
            "Live mode needs a key: set OPENAI_API_KEY",
        ),
        (
            {"COURSE_PROVIDER": "gpt"},
            "There is no provider 'gpt' in the mode 'mock': choose one of anthropic, openai-chat, "
            "openai-responses (COURSE_PROVIDER, or the switch).",
        ),
        (
            {"COURSE_MODE": "openai", "COURSE_PROVIDER": "anthropic", "OPENAI_API_KEY": "k"},
            "in the mode 'openai': choose one of openai-chat, openai-responses (",
        ),
        (
            {
                "COURSE_BASE_URL": "http://example.org",
                "COURSE_PROVIDER": "openai-chat",
                "OPENAI_API_KEY": OPENAI_KEY,
            },
            "would carry your key unencrypted",
        ),
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
    assert (session.mode, session.provider) == ("mock", "anthropic")
    assert says in session.problem
    assert session.problem.endswith("The course stays in mock mode.")


def test_a_failed_switch_changes_nothing():
    session = Session({})
    for mode, options in (
        ("anthropic", {}),
        ("openai", {}),
        ("custom", {"base_url": "nowhere"}),
        ("mock", {"provider": "x"}),
        ("x", {}),
    ):
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


async def test_a_key_goes_to_no_other_company():
    session = Session({})
    session.use("anthropic", key=KEY)
    with pytest.raises(ValueError, match="set OPENAI_API_KEY"):
        session.use("openai")
    assert session.mode == "anthropic"
    session.use("openai", key=OPENAI_KEY)
    sent: dict[str, str] = {}
    for mode in ("openai", "anthropic"):
        session.use(mode)
        async with session.http() as http:
            sent[mode] = http.headers["authorization"]
            assert ("anthropic-version" in http.headers) == (mode == "anthropic")
            assert OPENAI_KEY not in repr(http.headers)
    assert sent == {"openai": f"Bearer {OPENAI_KEY}", "anthropic": f"Bearer {KEY}"}
    assert session.providers_with_key == list(PROVIDERS)


def test_at_openai_any_model_goes_and_nothing_is_counted():
    session = Session({"COURSE_MODE": "openai", "OPENAI_API_KEY": OPENAI_KEY})
    assert session.models() == []
    session.use_model("gpt-of-tomorrow")
    with pytest.raises(ValueError, match="type its id"):
        session.use_model("")
    said = session.describe()
    assert "price unknown, so nothing is counted and no cap stops them." in said
    assert "they stop at" not in said and not session.counts_cost
    assert session.estimate({"model": DEFAULT_LIVE_MODEL, "max_tokens": 9}) is None
    session.use("openai", provider="openai-chat")
    assert session.model == "gpt-of-tomorrow"
    session.use("anthropic", key=KEY)
    assert session.model == DEFAULT_LIVE_MODEL
    assert session.counts_cost


@pytest.fixture(scope="module")
def server():
    with start_server() as running:
        yield running


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_offline_api_answers_every_provider(provider: str, server: MockServer):
    where = {"COURSE_MODE": "mock", "COURSE_BASE_URL": server.base_url}
    session = Session({**where, "COURSE_PROVIDER": provider})
    body = {
        "model": session.model,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Count to three."}],
    }
    async with session.http() as http, session.open_stream(http, body) as events:
        types = [event["type"] async for event in events]
    assert (types[0], types[-1]) == ("message_start", "message_stop")


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
