"""Live views of an answer: what `course` hands out to see bytes, text, fields and pages."""

import json
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from helpers.browser import IN_BROWSER
from helpers.client import Event, open_stream
from helpers.mock.engine import MockAPI
from helpers.mock.recordings import Exchange, RecordingError
from helpers.mock.settings import Settings
from helpers.providers.models import OFFLINE_MODEL, price
from helpers.session import clients
from helpers.session.clients import (
    MOCK_HEADERS,
    as_body,
    client_on,
    mock_client,
    mock_settings,
    open_recording,
    opener,
    planned_chunks,
    predict_events,
    record_anew,
    request,
)
from helpers.widgets.run_views import simulate

if TYPE_CHECKING:
    from pydantic import BaseModel

    from helpers.web.serving import WebServer
    from helpers.widgets.form.view import FormView
    from helpers.widgets.history.view import HistoryView
    from helpers.widgets.page.view import PageView
    from helpers.widgets.queue.model import Curve
    from helpers.widgets.queue.view import QueueView
    from helpers.widgets.race.view import Race
    from helpers.widgets.switch.view import Switch
    from helpers.widgets.transcript.view import Transcript
    from helpers.widgets.wire.view import Wire


def wire(body: dict[str, Any] | str | Path | Exchange, **changes: Any) -> "Wire":
    """Return the wire view of an answer's bytes; "Record again" reads the real socket.

    Args:
        body: a request, or just a prompt. Or what the tap has recorded: the path of its
            file, whose first stream is shown, or one exchange of `open_recording`.
        changes: fields of the mock's settings, such as `chunking` or `seed`.
    """
    from helpers.widgets.wire.view import Wire

    if isinstance(body, Path):
        exchanges = open_recording(body)
        # A recording may begin with questions that were not about a stream.
        streams = [one for one in exchanges if one.is_stream and one.chunks]
        if not streams:
            raise RecordingError(f"{body} holds no stream to show.")
        body = streams[0]
    if isinstance(body, Exchange):
        return Wire(body.chunks, title=f"Exchange {body.number}, {body.method} {body.path}")
    body = request(body) if isinstance(body, str) else body

    async def record() -> list[tuple[float, bytes]]:
        return await record_anew(body, changes)

    return Wire(planned_chunks(body, **changes), record=record)


def transcript(
    body: dict[str, Any] | str, *, autostart: bool = True, **changes: Any
) -> "Transcript":
    """Return a live transcript of an answer, as a user of a product would see it.

    Args:
        body: a request, or just a prompt.
        autostart: start streaming at once, without a press on Start; in mock mode only.
        changes: fields of the mock's settings, such as `pace` or `fault`.
    """
    from helpers.widgets.transcript.view import Transcript

    body, is_live = as_body(body), clients.session.mode != "mock"
    return Transcript(
        body["messages"][-1]["content"],
        opener(body, changes),
        expected=predict_events(body, changes),
        price=(lambda usage: price(body["model"], usage)) if is_live else None,
        at_most=clients.session.estimate(body) if is_live else None,
        max_tokens=body["max_tokens"],
        # What costs money waits for a person who has seen what it can cost.
        autostart=autostart and not is_live,
    )


def form(
    model: "type[BaseModel]",
    body: dict[str, Any] | str,
    *,
    autostart: bool = True,
    **changes: Any,
) -> "FormView":
    """Return a form that fills, field by field, while the answer is written.

    Args:
        model: the class that the answer is to be an instance of.
        body: a request, or just a prompt; the class's schema is put into it.
        autostart: start streaming at once, without a press on Start; in mock mode only.
        changes: fields of the mock's settings, such as `pace` or `fault`.

    Raises:
        TypeError: the API takes no schema for this class.
    """
    from helpers.structured.answer import format_of
    from helpers.widgets.form.view import FormView

    body, is_live = as_body(body), clients.session.mode != "mock"
    body = {**body, "output_config": {**body.get("output_config", {}), **format_of(model)}}
    return FormView(
        model,
        body["messages"][-1]["content"],
        opener(body, changes),
        expected=predict_events(body, changes),
        price=(lambda usage: price(body["model"], usage)) if is_live else None,
        at_most=clients.session.estimate(body) if is_live else None,
        # What costs money waits for a person who has seen what it can cost.
        autostart=autostart and not is_live,
    )


def race(**numbers: Any) -> "Race":
    """Return two deliveries of the same answer side by side, streamed and blocking.

    It runs on the offline API in every mode, because its times are what is compared.

    Args:
        numbers: other starting values for the sliders; see `Race`.
    """
    from helpers.widgets.race.view import Race

    def body(tokens: int) -> dict[str, Any]:
        return {**request(RACE_PROMPT, max_tokens=tokens), "model": OFFLINE_MODEL}

    def client(duration: float, first_token: float) -> httpx.AsyncClient:
        pace = {"first_token": first_token, "duration": duration, "jitter": 0.2}
        return mock_client({"pace": pace, "fault": None})

    @asynccontextmanager
    async def run_stream(
        first_token: float, duration: float, tokens: int
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        async with client(duration, first_token) as http_client:
            async with open_stream(http_client, body(tokens)) as events:
                yield events

    async def run_blocking(duration: float, tokens: int) -> str:
        async with client(duration, duration / 2) as http_client:
            response = await http_client.post("/v1/messages", json=body(tokens))
            return str(response.json()["content"][0]["text"])

    return Race(run_stream, run_blocking, **numbers)


RACE_PROMPT = "Explain in detail how a TCP connection recovers from a lost packet."


def queue(
    when_full: str = "wait",
    *,
    capacity: int = 64,
    tokens_per_second: float = 2000.0,
    ui_per_second: float = 200.0,
    autostart: bool = False,
    face_per_second: float | None = None,
) -> "QueueView":
    """Return the queue between a fast stream and a slow UI, drawn while it fills.

    It runs on the offline API in every mode, because its pace is what is shown: 2,000
    tokens, each a number, so that what is lost is seen.

    Args:
        when_full: what the first run does with a full queue: "wait", "drop" or "coalesce".
        capacity: how many events the queue holds.
        tokens_per_second: how fast the model writes.
        ui_per_second: how many events a second the UI can show.
        autostart: start at once, without a press on Start.
        face_per_second: the old name of `ui_per_second`.

    Raises:
        ValueError: a full queue can't do that, or a number is not above zero.
    """
    from helpers.simulation.queue_runs import PROMPT
    from helpers.widgets.queue.view import QueueView

    if face_per_second is not None:
        words = "face_per_second is called ui_per_second now; it works until 2027-12-01."
        warnings.warn(words, FutureWarning, stacklevel=2)
        ui_per_second = face_per_second
    numbers: dict[str, Any] = {
        "capacity": capacity,
        "tokens_per_second": tokens_per_second,
        "ui_per_second": ui_per_second,
    }
    for name, value in numbers.items():
        if value <= 0:
            raise ValueError(f"{name} is a number above 0; it is {value!r}.")
    pace = {"first_token": 0.2, "tokens_per_second": tokens_per_second, "jitter": 0.0}
    changes = {"pace": pace, "fault": None}
    body = {**request(PROMPT, max_tokens=4096), "model": OFFLINE_MODEL}

    expected = curves(mock_settings(changes), **numbers)
    client = partial(mock_client, changes)
    return QueueView(client, body, expected, when_full=when_full, autostart=autostart, **numbers)


@cache
def curves(settings: Settings, **numbers: Any) -> "tuple[Curve, ...]":
    """Return how a queue will fare with each of its ways, on a clock that jumps."""
    from helpers.simulation.queue_runs import PROMPT, simulate_run
    from helpers.widgets.queue.model import POLICIES

    body = {**request(PROMPT, max_tokens=4096), "model": OFFLINE_MODEL}
    client = partial(client_on, settings)
    return tuple(simulate_run(policy, client, body, **numbers) for policy in POLICIES)


def page(which: str = "fetch") -> "PageView":
    """Return a page on which people talk to the agent, live, served by this kernel.

    Args:
        which: how the page asks: "eventsource", "fetch", "websocket" or "react".

    Raises:
        ValueError: there is no such page.
    """
    from helpers.assistant.tools import web_tools
    from helpers.widgets.page.view import PageView

    body = {**request(PAGE_PROMPT), "model": OFFLINE_MODEL}
    body["thinking"] = {"type": "adaptive", "display": "summarized"}
    expected = simulate(body, tools=web_tools(), fault=None)
    return PageView(
        which,
        lambda behind: _web_server().page(which, behind),
        prompt=PAGE_PROMPT,
        expected=expected,
    )


PAGE_PROMPT = "Do I need an umbrella in Lagos?"


@cache
def _web_server() -> "WebServer":
    """Start the server of the pages: one for this kernel, for as long as it runs."""
    if IN_BROWSER:
        raise RuntimeError("a browser's tab can't be one. On a machine it opens here.")
    from helpers.assistant.agent import Agent
    from helpers.web.serving import start

    return start(Agent(clients.session))


def switch() -> "Switch":
    """Return the switch: mode, model, pace and fault of the whole course."""
    from helpers.widgets.switch.view import Switch

    return Switch(clients.session)


def history(messages: Iterable[dict[str, Any]], **fields: Any) -> "HistoryView":
    """Return the messages as cards, with what the API would say about them.

    The offline API is asked, in every mode. Where the assistant has the last word, it is
    asked with a further message of the user, as it would be next.

    Args:
        messages: as a request has them.
        fields: others of the request, such as `thinking`.
    """
    from helpers.widgets.history.view import HistoryView

    asked = [*messages]
    spoken = [*asked, {"role": "user", "content": "Go on."}]
    ends_in_reply = bool(asked) and asked[-1]["role"] == "assistant"
    body = {"model": OFFLINE_MODEL, "max_tokens": 1024, **fields}
    content = json.dumps({**body, "messages": spoken if ends_in_reply else asked}).encode()
    api = MockAPI(Settings(), scenarios=())  # whether it answers is the question, not what
    plan = api.plan("POST", "/v1/messages", MOCK_HEADERS, content)
    refused = plan.status != 200 and json.loads(b"".join(chunk.data for chunk in plan.chunks))
    return HistoryView(asked, refused["error"]["message"] if refused else "")
