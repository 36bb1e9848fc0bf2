"""OpenAI's two APIs, told in the events of the Messages API.

    request ──▶ POST /v1/chat/completions ──▶ ChatAdapter ──────▶ events
            └─▶ POST /v1/responses ─────────▶ ResponsesAdapter ─▶ events

Request and events are those of the Messages API, so whatever stands on them works with
these APIs too, and with the many servers that speak the first of them. The adapters do no
I/O and know no clock: requests.py has the way there, chat.py and
responses.py the way back.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx

from helpers.client import Event, OpenStream, open_events, open_stream
from helpers.providers.chat import ChatAdapter
from helpers.providers.requests import chat_request, responses_request
from helpers.providers.responses import ResponsesAdapter

__all__ = [
    "PROVIDERS",
    "ChatAdapter",
    "ResponsesAdapter",
    "open_chat",
    "open_responses",
]


def open_chat(
    http: httpx.AsyncClient, request: Mapping[str, Any]
) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
    """Ask for a chat completion; otherwise the same as client.open_stream.

    Args:
        http: a client whose base URL and headers are set for the API.
        request: the body of POST /v1/messages.

    Raises:
        StreamError: one of the client's family, here or while iterating.
        ValueError: the request asks for something that this API doesn't have.
    """
    adapter = ChatAdapter([str(tool.get("name")) for tool in request.get("tools") or ()])
    return open_events(http, "/v1/chat/completions", chat_request(request), adapter)


def open_responses(
    http: httpx.AsyncClient, request: Mapping[str, Any]
) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
    """Ask for a response; otherwise the same as client.open_stream.

    Args:
        http: a client whose base URL and headers are set for the API.
        request: the body of POST /v1/messages.

    Raises:
        StreamError: one of the client's family, here or while iterating.
        ValueError: the request asks for something that this API doesn't have.
    """
    return open_events(http, "/v1/responses", responses_request(request), ResponsesAdapter())


PROVIDERS: dict[str, OpenStream] = {
    "anthropic": open_stream,
    "openai-chat": open_chat,
    "openai-responses": open_responses,
}
