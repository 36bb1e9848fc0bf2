"""Time to first token: what an agent adds to what the wire brings.

agent ──▶ relay on loopback ──▶ API

The relay passes bytes on by a raw socket and notes when the first text passes; the terminal's
side notes when the agent shows it. Both are measured on the same answer, from the moment when
the request had arrived at the relay.
"""

import asyncio
import json
import platform
import ssl
import statistics
from collections.abc import AsyncGenerator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import h11

from helpers.mock.server import start_server
from helpers.mock.settings import Settings
from helpers.submission.conformance.listener import Exchange, Listener
from helpers.submission.conformance.process import Limits, launch
from helpers.svg import look, snapshot
from helpers.svg.plots import Plot

__all__ = ["LIVE_URL", "TOLD", "CannotMeasure", "Measured", "dump_measurement", "measured"]

LIVE_URL = "https://api.anthropic.com"
FIRST_TEXT = b'"text_delta"'
PROMPT = "Say hello in one sentence."
SECONDS = 60.0  # for one answer
MOCK_FIRST_TOKEN, MOCK_SPEED = 0.3, 80.0  # seconds, tokens a second: a typical answer
# Not passed on: they are about one connection, or would change the bytes.
OWN_HEADERS = ("host", "connection", "content-length", "accept-encoding", "transfer-encoding")


TOLD = "Told by its author: a live answer can't be repeated."


class CannotMeasure(Exception):
    """There is no measurement; the message says why."""


@dataclass(frozen=True)
class Measured:
    """Times to the first token, in seconds, of some runs.

    Attributes:
        mode: "mock" or "live": whose answers they are of.
        model: the model that the agent asked for.
        wire: for each run, when the first text came in on a raw socket.
        agent: for each run, when the agent had written it to its standard output.
        machine, python: what it ran on.
        host: of the API, where a live one is not the provider's own.
    """

    mode: str
    model: str
    wire: tuple[float, ...]
    agent: tuple[float, ...]
    machine: str
    python: str
    host: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it, with medians and spreads in milliseconds."""
        rows = {"raw_socket": self.wire, "agent": self.agent}
        found = {name: _milliseconds(times) for name, times in rows.items()}
        fields = {name: value for name, value in asdict(self).items() if value != ""}
        return {**fields, "runs": len(self.agent), "milliseconds": found}

    def words(self) -> str:
        """Return it in words."""
        lines = [f"{self.title()}."]
        for name, times in (("raw socket", self.wire), ("agent", self.agent)):
            median, low, high = (round(value) for value in _milliseconds(times).values())
            lines.append(f"{name}: median {median} ms, middle half {low} to {high} ms")
        return "\n".join([*lines, *filter(None, [self.caveat()])])

    def title(self) -> str:
        """Return what stands above the figure: mode, runs, model, machine."""
        runs = f"{len(self.agent)} run{'' if len(self.agent) == 1 else 's'}"
        whose = "offline API (mock)" if self.mode == "mock" else f"live, {self.model}"
        return f"Time to first token, {whose}, {runs}, {self.machine}, Python {self.python}"

    def caveat(self) -> str:
        """Return what a live figure is worth; "" for one of the offline API."""
        at = f"Asked: {self.host}. " if self.host else ""
        return f"{at}{TOLD}" if self.mode == "live" else ""

    def plot(self) -> Plot:
        """Return both as a picture: a dot for each run, a line at the median."""
        return Plot(_svg(self), self.words())


def measured(
    file: Path,
    runs: int = 10,
    *,
    base_url: str | None = None,
    mode: str = "mock",
    environment: Mapping[str, str] | None = None,
    arguments: tuple[str, ...] = (),
    limits: Limits | None = None,
) -> Measured:
    """Measure an agent.

    Args:
        file: the agent.
        runs: how often, one after the other.
        base_url: the API to ask; without one, the offline API.
        mode: "live" if a model answers, else "mock".
        environment: what the agent needs, such as its key.
        arguments: more of its command line.
        limits: what a run may take.

    Raises:
        CannotMeasure: an agent showed no text, or the API sent none.
    """
    if runs < 1:
        raise CannotMeasure(f"There must be at least one run, not {runs}.")
    bounds = limits or Limits(seconds=SECONDS)
    given = {"ANTHROPIC_API_KEY": "sk-none", **(environment or {})}

    async def all_of_them(url: str) -> list[tuple[float, float, str]]:
        return [await _one(file, url, given, arguments, bounds) for _ in range(runs)]

    if base_url is not None:
        found = asyncio.run(all_of_them(base_url))
    else:
        pace = {"first_token": MOCK_FIRST_TOKEN, "tokens_per_second": MOCK_SPEED}
        with start_server(Settings.from_json({"pace": pace})) as server:
            found = asyncio.run(all_of_them(server.base_url))
    return Measured(
        mode,
        found[0][2],
        tuple(wire for wire, _, _ in found),
        tuple(agent for _, agent, _ in found),
        f"{platform.system()} {platform.machine()}",
        platform.python_version(),
        _host(base_url) if mode == "live" and base_url else "",
    )


def _host(url: str) -> str:
    """Return the host of an API; "" for the provider's own."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return "" if host == urlsplit(LIVE_URL).netloc else host


async def _one(
    file: Path,
    url: str,
    environment: Mapping[str, str],
    arguments: tuple[str, ...],
    limits: Limits,
) -> tuple[float, float, str]:
    """Return when the first text came, when it was shown, and the model that was asked."""
    first: list[float] = []

    async def relay(exchange: Exchange) -> None:
        seen = b""
        async for part in _upstream(exchange, url):
            if isinstance(part, h11.Response):
                kept = [(n, v) for n, v in part.headers if n.decode() not in OWN_HEADERS]
                await exchange.begin(part.status_code, {n.decode(): v.decode() for n, v in kept})
                continue
            seen = (seen + part)[-200_000:]
            if not first and FIRST_TEXT in seen:
                first.append(monotonic())
            await exchange.send(part)
        await exchange.finish()

    async with Listener(relay) as listening:
        given = [*arguments, "--base-url", listening.url, PROMPT]
        async with launch(file, given, environment, limits) as agent:
            shown = await agent.writes(limits.patience + SECONDS)
            at = monotonic()
            if not shown:  # else nobody has to wait for the rest of the answer, or pay for it
                await agent.ends(limits.patience)
            err = agent.err
        for failure in listening.failures:
            raise CannotMeasure(f"The API could not be reached: {failure}.")
        if not shown or not first or not listening.exchanges:
            last = (err.strip().splitlines() or ["it said nothing"])[-1]
            for secret in filter(None, environment.values()):  # an API may repeat a key
                last = last.replace(secret, "[key]")
            last = last[:200]
            raise CannotMeasure(f"The agent showed no text. Its last words: {last}")
        asked = listening.exchanges[0]
        return first[0] - asked.at, at - asked.at, str(asked.json.get("model", "unknown"))


async def _upstream(exchange: Exchange, url: str) -> AsyncGenerator[h11.Response | bytes]:
    """Pass a request on by a raw socket; yield the response's head, then its bytes."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname,
        parts.port or (443 if secure else 80),
        ssl=ssl.create_default_context() if secure else None,
    )
    try:
        wire = h11.Connection(h11.CLIENT)
        headers = [(n, v) for n, v in exchange.headers.items() if n not in OWN_HEADERS]
        headers += [("host", parts.netloc), ("content-length", str(len(exchange.body)))]
        target = parts.path.rstrip("/") + exchange.path
        head = h11.Request(method=exchange.method, target=target, headers=headers)
        for event in (head, h11.Data(data=exchange.body), h11.EndOfMessage()):
            writer.write(wire.send(event) or b"")
        await writer.drain()
        while True:
            came = wire.next_event()
            if came is h11.NEED_DATA:
                wire.receive_data(await reader.read(65536))
            elif isinstance(came, h11.Response):
                yield came
            elif isinstance(came, h11.Data):
                yield bytes(came.data)
            elif isinstance(came, h11.EndOfMessage | h11.ConnectionClosed):
                return
    finally:
        writer.close()


def _milliseconds(times: tuple[float, ...]) -> dict[str, float]:
    """Return the median and the middle half, in milliseconds."""
    if len(times) == 1:
        low = high = times[0]
    else:
        low, _, high = statistics.quantiles(times, n=4, method="inclusive")
    found = {"median": statistics.median(times), "low": low, "high": high}
    return {name: round(seconds * 1000, 1) for name, seconds in found.items()}


LEFT, RIGHT, TOP, ROW = 120.0, 96.0, 64.0, 44.0


def _svg(found: Measured) -> str:
    rows = (("raw socket", found.wire, look.INK_2), ("agent", found.agent, look.TEXT))
    longest = max(*found.wire, *found.agent) * 1.08
    width = snapshot.WIDTH - LEFT - RIGHT

    def x(seconds: float) -> float:
        return LEFT + width * seconds / longest

    height = TOP + ROW * len(rows) + 34
    parts = [snapshot.text(16, 28, found.title(), bold=True)]
    if caveat := found.caveat():
        parts.append(snapshot.text(16, 44, caveat, size=look.AXIS_SIZE))
    bottom = TOP + ROW * len(rows) - 8
    for tick in range(0, int(longest * 1000) + 1, _step(longest * 1000)):
        parts.append(snapshot.line(x(tick / 1000), TOP - 12, x(tick / 1000), bottom))
        label = f"{tick} ms" if tick == 0 else str(tick)
        parts.append(
            snapshot.text(x(tick / 1000), bottom + 18, label, size=look.AXIS_SIZE, anchor="middle")
        )
    for number, (name, times, colour) in enumerate(rows):
        y = TOP + ROW * number + 12
        median = _milliseconds(times)["median"]
        parts.append(snapshot.text(LEFT - 12, y + 4, name, anchor="end"))
        parts += [
            f'<circle cx="{snapshot.number(x(t))}" cy="{snapshot.number(y)}" r="4" '
            f'fill="{colour}" fill-opacity="0.5"/>'
            for t in times
        ]
        at = x(median / 1000)
        parts.append(snapshot.line(at, y - 12, at, y + 12, colour, stroke_width=2))
        parts.append(
            snapshot.text(snapshot.WIDTH - RIGHT + 12, y + 4, f"{median:.0f} ms", bold=True)
        )
    return snapshot.picture(height, found.title(), found.words(), parts)


def _step(most: float) -> int:
    """Return a round step that gives at most eight ticks."""
    return next(
        step for step in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if most / step <= 8
    )


def dump_measurement(found: Measured) -> str:
    """Return the measurement as the text of its JSON file."""
    told = {"told": TOLD} if found.mode == "live" else {}  # for whoever reads the numbers alone
    return json.dumps({**found.to_json(), **told}, indent=2) + "\n"
