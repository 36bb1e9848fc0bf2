"""What a case works with: one run of the agent, between an API and a weather service."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

from helpers.mock.engine import MockAPI
from helpers.mock.settings import Settings
from helpers.submission.conformance.listener import Exchange, Listener
from helpers.submission.conformance.process import Agent, Limits, launch
from helpers.submission.conformance.warm import Warm
from helpers.submission.conformance.wire_events import Event, RandomValues, encoded, message, text

__all__ = ["Answer", "Failed", "Harness", "Run", "city_of", "error", "visible"]


STOPPED = (-9, -24)  # by a signal, where the system holds a limit of processor time
START = 1.5  # times the patience: so long may a file take to its first request


class Failed(Exception):
    """The agent didn't do what the case is about.

    Attributes:
        seen: what happened.
        expected: what should have.
        sure: whether it would be the same on a machine with more time.
    """

    def __init__(self, seen: str, expected: str, *, sure: bool = False) -> None:
        super().__init__(seen)
        self.seen = seen
        self.expected = expected
        self.sure = sure


def visible(text: str) -> str:
    """Return the letters and digits of a text: what no front end leaves out or adds."""
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
        begun: set once the first request to the API has come.
        close_weather: lets the weather service refuse connections from now on.
    """

    agent: Agent
    asked: list[Exchange]
    weather: list[Exchange]
    elsewhere: list[Exchange]
    key: str
    patience: float
    begun: asyncio.Event
    close_weather: Callable[[], None]

    async def begins(self) -> None:
        """Wait for its first request, or its end: a start takes long on a busy machine."""
        with suppress(TimeoutError):
            await self.agent.starvation.wait(self._either(), START * self.patience)

    async def _either(self) -> None:
        tasks = [
            asyncio.create_task(self.agent.over()),
            asyncio.create_task(self.begun.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def finish(self, more: float = 0.0) -> int:
        """Wait for its end, once it has begun; return its exit code.

        Args:
            more: seconds beside the patience that anybody has.

        Raises:
            Failed: it doesn't end, writes without end, or never asked: then it did nothing,
                whatever the case is about.
        """
        seconds = self.patience + more
        await self.begins()
        code = await self.agent.ends(seconds if self.asked else 0.1)
        if self.agent.flooded:
            raise Failed("it wrote more than a megabyte", "the answer, and little else")
        if not self.asked:
            did = f"ended with {code}"
            if code in STOPPED:
                did = "was stopped by the system, as it took more than a run may,"
            if code is None:
                did = f"still ran after {START * self.patience:.0f} s"
            expected = "a request to {base-url}/v1/messages"
            self.fail(f"it {did} and had sent no request", expected, sure=code is not None)
        if code is None:
            raise Failed(f"it still ran after {seconds:.0f} s", "an end")
        return code

    async def expect_answer(self) -> None:
        """Wait for its end, which has to be a good one.

        Raises:
            Failed: it ended badly.
        """
        code = await self.finish()
        if code != 0:
            self.fail(f"it ended with {code}", "an answer, and 0 at its end")

    def fail(self, seen: str, expected: str, *, sure: bool = False) -> NoReturn:
        """Say what is wrong, with what the agent itself said last.

        Raises:
            Failed: always.
        """
        last = [line for line in self.agent.err.splitlines() if line.strip()][-1:]
        said = f"; its last words: {last[0].strip()[:160]!r}" if last else ""
        raise Failed(f"{seen}{said}", expected, sure=sure)

    def shows(self, words: str) -> bool:
        """Say whether some words are on the screen, whatever stands between them."""
        return visible(words) in visible(self.agent.out)

    def must_show(self, sent: Mapping[str, str]) -> None:
        """Look whether all words are on the screen.

        Args:
            sent: the words -> where in the answers they came, or how.

        Raises:
            Failed: some aren't.
        """
        for words, how in sent.items():
            if not self.shows(words):
                self.fail(f"the screen lacks {words!r}, which came {how}", "these words")

    def count_requests(self) -> str:
        """Return how many requests there were, in words."""
        return f"{len(self.asked)} request{'' if len(self.asked) == 1 else 's'}"

    def request(self, number: int) -> dict[str, Any]:
        """Return the body of a request, counted from 0.

        Raises:
            Failed: there is none.
        """
        if len(self.asked) <= number:
            self.fail(f"it sent {self.count_requests()}", f"request {number + 1}")
        return self.asked[number].json

    def messages(self, request: int) -> list[dict[str, Any]]:
        """Return the messages of a request.

        Raises:
            Failed: there is no such request, or it has none.
        """
        found = self.request(request).get("messages")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.fail(f"request {request + 1} holds no list of messages", "the conversation")
        return found

    def contents(self, request: int) -> list[list[dict[str, Any]]]:
        """Return the blocks of each message of a request; of one that is text alone, none.

        Raises:
            Failed: there is no such request, or no message in it.
        """
        contents = [message.get("content") for message in self.messages(request)]
        return [
            [block for block in content if isinstance(block, dict)]
            if isinstance(content, list)
            else []
            for content in contents
        ]

    def results(self, request: int) -> list[dict[str, Any]]:
        """Return the tool_result blocks of a request's last message.

        Raises:
            Failed: there is no such request, or no such message.
        """
        contents = self.contents(request)
        last = contents[-1] if contents else []
        if not last:
            self.fail(
                f"the last message of request {request + 1} holds no results", "tool_result blocks"
            )
        return [block for block in last if block.get("type") == "tool_result"]

    def check_history(self) -> None:
        """Look whether the API would have taken each request.

        Raises:
            Failed: it wouldn't; with its words.
        """
        for number, exchange in enumerate(self.asked, 1):
            if said := refusal(exchange.json):
                self.fail(f"request {number} would be refused: {said}", "what the API takes")


@dataclass
class Harness:
    """Where one case is tried.

    Attributes:
        file: the agent.
        values: the values of this case.
        limits: what a run may take.
        warm: what forks for each run, if there is one.
        sent: what the case has sent, in words, for the report.
        starved: whether the machine was too busy for the agent in one of its runs.
    """

    file: Path
    values: RandomValues
    limits: Limits = field(default_factory=Limits)
    warm: Warm | None = None
    sent: str = ""
    starved: bool = False

    @asynccontextmanager
    async def run(
        self,
        api: Answer | Sequence[Answer],
        weather: Answer | None = None,
        *,
        prompt: str = "",
        arguments: Sequence[str] = (),
    ) -> AsyncGenerator[Run]:
        """Start the agent and answer its requests.

        Args:
            api: what answers at the API; if several, each takes one request in turn, and
                further requests get an error that is not worth a retry.
            weather: what answers at the weather service; without it, a random weather.
            prompt: what the agent is asked.
            arguments: more of its command line.
        """
        key = f"sk-{self.values.word()}-{self.values.randrange(10**12)}"
        turns = list(api) if isinstance(api, Sequence) else None
        ready = asyncio.Event()  # an agent may ask before the case holds its run

        begun = asyncio.Event()

        async def answer(exchange: Exchange) -> None:
            begun.set()
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

        some = f"{self.values.randint(-9, 39)} degrees, {self.values.word()}"
        asked_for_weather = weather or self.weather(lambda city: some)

        async def weather_answer(exchange: Exchange) -> None:
            await ready.wait()
            await asked_for_weather(exchange)

        async def nobody(exchange: Exchange) -> None:
            await exchange.reply(404, "nobody is here")

        async with (
            Listener(answer) as listening,
            Listener(weather_answer) as sky,
            Listener(nobody) as trap,
        ):
            self.trap = trap.url
            line = ["--base-url", listening.url, "--weather-url", sky.url, *arguments]
            line.append(prompt or f"What is the weather in {self.values.city()}?")
            given = {"ANTHROPIC_API_KEY": key}
            async with launch(self.file, line, given, self.limits, self.warm) as agent:
                run = Run(
                    agent,
                    listening.exchanges,
                    sky.exchanges,
                    trap.exchanges,
                    key,
                    self.limits.patience,
                    begun,
                    sky.refuse,
                )
                ready.set()
                try:
                    yield run
                finally:
                    self.starved |= agent.starvation.is_grave
            for failure in (*listening.failures, *sky.failures):
                raise failure

    def sends(self, chunks: Sequence[bytes]) -> Answer:
        """Return an answer that sends an event stream in these chunks."""

        async def answer(exchange: Exchange) -> None:
            await exchange.begin()
            for chunk in chunks:
                await exchange.send(chunk)
                await asyncio.sleep(0)
            await exchange.finish()

        return answer

    def streams(self, events: Iterable[Event], *, most: int = 40) -> Answer:
        """Return an answer that streams some events, cut anywhere."""
        return self.sends(self.values.chunks(encoded(events), most))

    def says(self, words: str) -> Answer:
        """Return an answer that streams a message of some words, and no more."""
        return self.streams(message(self.values, [text(0, self.values.split(words))]))

    def weather(self, of: Callable[[str], str | None]) -> Answer:
        """Return what a weather service answers.

        Args:
            of: gives the weather of a city; None where it has none.
        """

        async def answer(exchange: Exchange) -> None:
            city = city_of(exchange)
            found = of(city)
            if found is None:
                await exchange.reply(404, {"error": f"there is no {city!r}"})
            else:
                await exchange.reply(200, {"city": city, "weather": found})

        return answer

    def refuses(
        self, status: int, type: str, words: str, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return an answer that is an HTTP error."""

        async def answer(exchange: Exchange) -> None:
            await exchange.reply(status, error(type, words), dict(headers or {}))

        return answer


def city_of(exchange: Exchange) -> str:
    """Return the city that the weather service was asked for."""
    return parse_qs(urlsplit(exchange.path).query, encoding="utf-8").get("city", [""])[0]


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
