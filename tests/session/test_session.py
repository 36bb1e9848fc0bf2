"""The session: modes, models, keys that nobody sees, and one sentence per mistake."""

import asyncio
from itertools import product

import httpx
import pytest

from helpers.client import open_stream
from helpers.mock.server import MockServer, start_server
from helpers.providers.models import DEFAULT_LIVE_MODEL, DEFAULT_OPENAI_MODEL, OFFLINE_MODEL
from helpers.providers.openai import PROVIDERS, open_chat, open_responses
from helpers.session.session import ANTHROPIC_URL, OPENAI_URL, Session
from tests.sweeps import sweep

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


ASKED = [{"role": "user", "content": "Count to three."}]


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


async def test_each_client_is_a_run_of_its_own(server: MockServer):
    session = Session({"COURSE_MODE": "mock", "COURSE_BASE_URL": server.base_url})
    fault = {"mock-settings": '{"fault": {"kind": "status", "status": 529, "times": 1}}'}
    body = {"model": session.model, "max_tokens": 100, "messages": ASKED}
    for _ in "again":
        async with session.http(headers=fault) as http:
            answers = [await http.post("/v1/messages", json=body) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [529, 200]


async def test_a_run_is_named_to_the_offline_api_alone():
    session = Session({"ANTHROPIC_API_KEY": "sk-ant-any", "COURSE_MODE": "anthropic"})
    async with session.http() as http:
        assert "mock-run" not in http.headers


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


# ---- Proxies of the shell

NO_PROXIES = [
    name
    for word in ("all", "http", "https", "no")
    for name in (f"{word}_proxy", f"{word.upper()}_PROXY")
]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NO_PROXIES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


AFAR = {"COURSE_BASE_URL": "http://api.example.org"}
NEAR = {"COURSE_BASE_URL": "http://127.0.0.1:9"}
SECRET = "pass-that-must-never-show"


@pytest.mark.parametrize(
    "proxies",
    [
        {"ALL_PROXY": f"socks5h://u:{SECRET}@127.0.0.1:1"},
        {"HTTP_PROXY": f"socks5://{SECRET}:1"},
        {"HTTP_PROXY": f"gopher://u:{SECRET}@h:1"},
        {"HTTP_PROXY": f"http://h:{SECRET}"},
        {"HTTP_PROXY": "http://[::1"},
    ],
)
def test_a_proxy_that_cannot_be_used_is_said_in_a_sentence(
    shell: pytest.MonkeyPatch, proxies: dict[str, str]
):
    for name, value in proxies.items():
        shell.setenv(name, value)
    with pytest.raises(ValueError, match="The environment names a") as refusal:
        Session(AFAR).http()
    shown = str(refusal.value) + repr(refusal.value.__cause__) + repr(refusal.value.__context__)
    assert SECRET not in shown
    assert isinstance(Session(NEAR).http(), httpx.AsyncClient)  # this machine needs none


LISTS = ["localhost,::1,fd00::/8", "[::1]:80,[fd00::]", "fe80::1%eth0", "*"]
PROXIES = ["http://127.0.0.1:1", "127.0.0.1:1", "http://[::1]:1"]
ADDRESSES = [AFAR, NEAR, {"COURSE_BASE_URL": "http://[fd00::1]:9"}]


@pytest.mark.parametrize(
    ("list", "proxy", "url"), sweep(product(LISTS, PROXIES, ADDRESSES), first=7)
)
def test_addresses_of_ipv6_in_no_proxy_stop_nothing(
    shell: pytest.MonkeyPatch, list: str, proxy: str, url: dict[str, str]
):
    shell.setenv("NO_PROXY", list)
    shell.setenv("HTTP_PROXY", proxy)
    assert isinstance(Session(url).http(), httpx.AsyncClient)


async def test_the_proxy_is_asked_for_what_is_afar_alone(shell: pytest.MonkeyPatch):
    seen: list[bytes] = []

    async def serve_proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve_proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    shell.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    shell.setenv("NO_PROXY", "fd00::/8,near.example.org")
    async with server:
        async with Session(AFAR).http() as http:
            assert (await http.get("/v1/models")).status_code == 204
        assert seen[0].startswith(b"GET http://api.example.org/v1/models")
        near = Session({"COURSE_BASE_URL": f"http://127.0.0.1:{port}"})
        async with near.http() as http:
            await http.get("/v1/models")
        assert seen[1].startswith(b"GET /v1/models")
