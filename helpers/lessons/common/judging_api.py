"""An API without a network that judges each request as the real one does."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable

import httpx

from helpers.lessons.common.events import Event, api_error, wire
from helpers.lessons.common.fake_api import BASE_URL, Body, Then
from helpers.mock.errors import ApiError
from helpers.mock.rules import check_request

__all__ = ["JudgingAPI", "error_response"]


class JudgingAPI(httpx.AsyncBaseTransport):
    """Refuses what the API refuses; what it answers else is for a subclass to say.

    Args:
        most_requests: a client that never gives up is stopped here.
        enough: what such a client gets once; then it gets no answer.
        before: awaited before each chunk of an answer.

    Attributes:
        asked: the bodies of all requests.
        bodies: the bodies of the answers that are streams.
        refusals: why requests were refused.
    """

    def __init__(
        self,
        most_requests: int,
        enough: httpx.Response,
        before: Callable[[bytes], Awaitable[None]] | None = None,
    ) -> None:
        self.asked: list[Event] = []
        self.bodies: list[Body] = []
        self.refusals: list[str] = []
        self._most_requests = most_requests
        self._enough = enough
        self._before = before

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the API would."""
        sent = json.loads(await request.aread())
        self.asked.append(sent)
        if len(self.asked) > self._most_requests + 1:
            await asyncio.Event().wait()
        if len(self.asked) > self._most_requests:
            return self._enough
        try:
            check_request(sent)
        except ApiError as error:
            self.refusals.append(error.message)
            return error_response(error.status, error.type, error.message)
        return self.answer(sent)

    def answer(self, sent: Event) -> httpx.Response:
        """Return the answer to a request that is valid."""
        raise NotImplementedError

    def stream(self, events: Iterable[Event], then: Then = "close") -> httpx.Response:
        """Return an answer that is a stream of these events."""
        self.bodies.append(Body(wire(events), then, self._before))
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        return httpx.Response(200, headers=headers, stream=self.bodies[-1])

    def client(self) -> httpx.AsyncClient:
        """A client whose requests all come here."""
        return httpx.AsyncClient(transport=self, base_url=BASE_URL)


def error_response(
    status: int, type: str, message: str, headers: Iterable[tuple[str, str]] = ()
) -> httpx.Response:
    """Return an answer that is an error."""
    return httpx.Response(status, headers=dict(headers), json=api_error(type, message))
