"""A meter on the line to a paid API: what each request cost, and a cap.

The meter sits in the HTTP client, below everything a lesson does with it, so hand-made
requests count as much as those of the course.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from helpers.providers.models import price
from helpers.sse import EventTooLarge, SSEDecoder

__all__ = ["Ledger", "MeteredClient", "SpendingCapReached", "worst_case"]

# A token is seldom shorter than this many characters: a bound, not a count.
CHARACTERS_PER_TOKEN = 2


class SpendingCapReached(Exception):
    """The next request could cost more than is left under the cap."""


@dataclass
class Ledger:
    """What has been spent, what may be, and what is under way, in US dollars.

    Attributes:
        settled: called after each request that has ended, to show what it came to.
    """

    cap: float = 1.0
    spent: float = 0.0
    reserved: float = 0.0
    settled: Callable[[], None] = lambda: None

    def reserve(self, amount: float) -> None:
        """Set an amount aside for a request that is about to start.

        Raises:
            SpendingCapReached: it does not fit under the cap; nothing was sent.
        """
        if self.spent + self.reserved + amount > self.cap:
            raise SpendingCapReached(
                f"this request could cost up to ${amount:.4f}, and ${self.spent:.4f} of your cap "
                f"of ${self.cap:.2f} is spent: it was not sent. Lower max_tokens or raise the "
                "cap in the switch, or with --cap."
            )
        self.reserved += amount

    def settle(self, reserved: float, cost: float) -> None:
        """Replace what was set aside by what it came to."""
        self.reserved -= reserved
        self.spent += cost
        self.settled()


def worst_case(body: dict[str, Any]) -> float | None:
    """Return the most that a request can cost, in US dollars; None if unknown.

    Args:
        body: the body of POST /v1/messages.
    """
    prompt = json.dumps([body.get(key) for key in ("system", "tools", "messages")])
    usage = {
        "input_tokens": len(prompt) // CHARACTERS_PER_TOKEN,
        "output_tokens": body.get("max_tokens", 0),
    }
    return price(str(body.get("model")), usage)


class MeteredClient(httpx.AsyncClient):
    """An HTTP client that enters the cost of each request into a ledger.

    Args:
        ledger: where spending is kept.
        options: anything that httpx.AsyncClient takes.
    """

    def __init__(self, ledger: Ledger, **options: Any) -> None:
        super().__init__(**options)
        self._ledger = ledger

    async def send(
        self, request: httpx.Request, *, stream: bool = False, **options: Any
    ) -> httpx.Response:
        """Send a request if its worst case fits under the cap.

        Raises:
            SpendingCapReached: it does not fit; nothing was sent.
        """
        try:
            body = json.loads(request.content)
            model = str(body["model"])
            reserved = worst_case(body) or 0.0
        except (ValueError, TypeError, KeyError):  # no body of ours: the API will refuse it
            return await super().send(request, stream=stream, **options)
        self._ledger.reserve(reserved)
        try:
            response = await super().send(request, stream=True, **options)
        except BaseException:
            self._ledger.settle(reserved, 0.0)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _MeteredBody(
            response,
            response.stream,
            lambda usage: self._ledger.settle(reserved, price(model, usage) or 0.0),
        )
        if not stream:
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response


class _MeteredBody(httpx.AsyncByteStream):
    """A response body that reads its own usage while it passes by."""

    def __init__(
        self,
        response: httpx.Response,
        body: httpx.AsyncByteStream,
        settle: Callable[[dict[str, Any]], None],
    ) -> None:
        self._body = body
        self._settle: Callable[[dict[str, Any]], None] | None = settle
        self._streamed = response.headers.get("content-type", "").startswith("text/event-stream")
        self._decoder = SSEDecoder()
        self._chunks: list[bytes] = []  # an answer that was not streamed
        self._usage: dict[str, Any] = {}
        self._characters = 0  # of the answer, since the API last counted

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._body:
            if self._streamed:
                with suppress(EventTooLarge):  # the reader's to report, too
                    for sse in self._decoder.feed(chunk):
                        self._read(sse.data)
            else:
                self._chunks.append(chunk)
            yield chunk

    def _read(self, data: str) -> None:
        """Keep the usage that an event tells, and count what it brings besides."""
        with suppress(ValueError):  # broken JSON is the reader's to report, not the meter's
            match json.loads(data):
                case {"type": "message_start", "message": {"usage": dict(usage)}}:
                    self._usage |= usage
                case {"type": "message_delta", "usage": dict(usage)}:
                    self._usage |= usage  # cumulative: the last one counts
                    self._characters = 0
                case {"type": "content_block_delta", "delta": dict(delta)}:
                    told = [value for name, value in delta.items() if name != "type"]
                    self._characters += sum(len(str(value)) for value in told)

    async def aclose(self) -> None:
        """Close the body and settle the account, once."""
        await self._body.aclose()
        if self._settle is None:
            return
        settle, self._settle = self._settle, None
        with suppress(ValueError, AttributeError, TypeError):  # an error page costs nothing
            if self._chunks:
                self._usage = dict(json.loads(b"".join(self._chunks)).get("usage") or {})
        if self._characters:
            # The reader left before the API's count: take a bound for what it had sent.
            seen = self._characters // CHARACTERS_PER_TOKEN
            self._usage["output_tokens"] = max(seen, self._usage.get("output_tokens") or 0)
        settle(self._usage)
