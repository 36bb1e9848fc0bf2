"""What a case works with: one run of the agent, between an API and a weather service."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from helpers.build.conformance.listener import Exchange, Listener
from helpers.build.conformance.process import Agent, Limits, launched
from helpers.build.conformance.scene import Dice, Event, encoded
from helpers.mock.engine import MockAPI
from helpers.mock.settings import Settings

__all__ = ["Bench", "Failed", "Run", "visible"]


class Failed(Exception):
    """The agent didn't do what the case is about.

    Attributes:
        seen: what happened.
        expected: what should have.
    """

    def __init__(self, seen: str, expected: str) -> None:
        super().__init__(seen)
        self.seen = seen
        self.expected = expected


def visible(text: str) -> str:
    """Return the letters and digits of a text: what no face leaves out or adds."""
    return "".join(character for character in text if character.isalnum())


Answer = Callable[[Exchange], Awaitable[None]]


@dataclass
class Run:
    """One run of the agent.

    Attributes:
        agent: its process.
        asked: the requests to the API, in order.
        weather: the requests to the weather service, in order.
        elsewhere: requests to an address that nobody gave it.
        key: the key that it was given, fresh for this run.
        patience: seconds to wait for what has to come.
    """

    agent: Agent
    asked: list[Exchange]
    weather: list[Exchange]
    elsewhere: list[Exchange]
    key: str
    patience: float

    async def finish(self, more: float = 0.0) -> int:
        """Wait for its end, with so many more seconds of patience; return its exit code.

        Raises:
            Failed: it doesn't end, or writes without end.
        """
        seconds = self.patience + more
        code = await self.agent.ends(seconds)
        if self.agent.flooded:
            raise Failed("it wrote more than a megabyte", "the answer, and little else")
        if code is None:
            raise Failed(f"it still ran after {seconds:.0f} s", "an end")
        return code

    async def answered(self) -> None:
        """Wait for its end, which has to be a good one.

        Raises:
            Failed: it ended badly.
        """
        code = await self.finish()
        if code != 0:
            self.fail(f"it ended with {code}", "an answer, and 0 at its end")

    def fail(self, seen: str, expected: str) -> NoReturn:
        """Say what is wrong, with what the agent itself said last.

        Raises:
            Failed: always.
        """
        last = [line for line in self.agent.err.splitlines() if line.strip()][-1:]
        said = f"; its last words: {last[0].strip()[:160]!r}" if last else ""
        raise Failed(f"{seen}{said}", expected)

    def results(self, request: int) -> list[dict[str, Any]]:
        """Return the tool_result blocks of a request's last message.

        Raises:
            Failed: there is no such request, or no such message.
        """
        if len(self.asked) <= request:
            self.fail(f"it sent {len(self.asked)} requests", f"request {request + 1}")
        messages = self.asked[request].json.get("messages") or [{}]
        content = messages[-1].get("content")
        if not isinstance(content, list):
            self.fail("the last message of its next request holds no results", "tool_result blocks")
        return [block for block in content if block.get("type") == "tool_result"]


@dataclass
class Bench:
    """Where one case is tried.

    Attributes:
        file: the agent.
        dice: the values of this case.
        limits: what a run may take.
        sent: what the case has sent, in words, for the report.
    """

    file: Path
    dice: Dice
    limits: Limits = field(default_factory=Limits)
    sent: str = ""

    @asynccontextmanager
    async def run(
        self,
        api: Answer | Sequence[Answer],
        weather: Answer | None = None,
        *,
        prompt: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[Run]:
        """Start the agent and answer its requests.

        Args:
            api: what answers at the API; if several, each takes one request in turn, and
                further requests get an error that is not worth a retry.
            weather: what answers at the weather service; without it, a random weather.
            prompt: what the agent is asked.
            environment: more of its environment.
        """
        key = f"sk-{self.dice.word()}-{self.dice.randrange(10**12)}"
        turns = list(api) if isinstance(api, Sequence) else None
        ready = asyncio.Event()  # an agent may ask before the case holds its run

        async def answer(exchange: Exchange) -> None:
            await ready.wait()
            if not exchange.path.startswith("/v1/messages"):
                return await exchange.reply(404, error("not_found_error", "no such path"))
            number = sum(one.path == exchange.path for one in listening.exchanges) - 1
            if turns is None:
                await api(exchange)  # type: ignore[operator]
            elif number < len(turns):
                await turns[number](exchange)
            else:
                await exchange.reply(
                    400, error("invalid_request_error", "this was one request too many")
                )

        async def some_weather(exchange: Exchange) -> None:
            await ready.wait()
            await exchange.reply(200, f"{self.dice.randint(-9, 39)} degrees, {self.dice.word()}")

        async def nobody(exchange: Exchange) -> None:
            await exchange.reply(404, "nobody is here")

        async with (
            Listener(answer) as listening,
            Listener(weather or some_weather) as sky,
            Listener(nobody) as trap,
        ):
            self.trap = trap.url
            arguments = ["--base-url", listening.url, "--weather-url", sky.url]
            arguments.append(prompt or f"What is the weather in {self.dice.city()}?")
            given = {"ANTHROPIC_API_KEY": key, **(environment or {})}
            async with launched(self.file, arguments, given, self.limits) as agent:
                run = Run(
                    agent,
                    listening.exchanges,
                    sky.exchanges,
                    trap.exchanges,
                    key,
                    self.limits.patience,
                )
                ready.set()
                yield run
            for failure in (*listening.failures, *sky.failures):
                raise failure

    def streams(self, events: Iterable[Event], *, most: int = 40) -> Answer:
        """Return an answer that streams some events, cut anywhere."""
        data = encoded(events)

        async def answer(exchange: Exchange) -> None:
            await exchange.begin()
            for chunk in self.dice.chunks(data, most):
                await exchange.send(chunk)
                await asyncio.sleep(0)
            await exchange.finish()

        return answer

    def refuses(
        self, status: int, type: str, words: str, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return an answer that is an HTTP error."""

        async def answer(exchange: Exchange) -> None:
            await exchange.reply(status, error(type, words), dict(headers or {}))

        return answer


def error(type: str, words: str) -> dict[str, Any]:
    """Return the API's form of an error."""
    return {"type": "error", "error": {"type": type, "message": words}}


def refusal(body: Mapping[str, Any]) -> str:
    """Return why the API would refuse a request; "" if it wouldn't."""
    headers = {
        "x-api-key": "any",
        "anthropic-version": "2023-06-01",
        "content-type": "application/json",
    }
    content = json.dumps({**body, "model": "offline-mock"}).encode()
    plan = MockAPI(Settings(), scenarios=()).plan("POST", "/v1/messages", headers, content)
    if plan.status == 200:
        return ""
    said = json.loads(b"".join(chunk.data for chunk in plan.chunks))
    return str(said["error"]["message"])
