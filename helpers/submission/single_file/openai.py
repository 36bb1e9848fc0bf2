"""`--provider openai`: a transport that speaks Chat Completions and is spoken to in Messages.

The agent above knows one API. This stands between it and the other one, so that not a line of
the agent has to change: the request is translated on its way out, the stream on its way back.
"""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing

import httpx

from helpers.client import ErrorEvent, Event, StreamError, read_events
from helpers.providers.chat import ChatAdapter
from helpers.providers.requests import chat_request
from helpers.submission.single_file.providers import PROVIDERS, Provider

__all__ = ["ChatTransport"]

OPENAI_MODEL = "offline-mock"


class ChatTransport(httpx.AsyncBaseTransport):
    """Sends what is meant for /v1/messages to /v1/chat/completions.

    Args:
        inner: what reaches the network.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the translated request; translate its stream, and leave errors as they are."""
        asked = json.loads(await request.aread())
        tools = [str(tool.get("name")) for tool in asked.get("tools") or ()]
        path = request.url.path.removesuffix("/messages") + "/chat/completions"
        headers = {
            "authorization": request.headers.get("authorization", ""),
            "accept-encoding": "identity",  # a transport gives the bytes as they came
        }
        sent = httpx.Request(
            "POST",
            request.url.copy_with(path=path),
            headers=headers,
            json=chat_request(asked),
            extensions=request.extensions,
        )
        response = await self.inner.handle_async_request(sent)
        if response.status_code != 200:
            return response
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        return httpx.Response(200, headers=headers, stream=TranslatedBody(response, tools))

    async def aclose(self) -> None:
        """Close what reaches the network."""
        await self.inner.aclose()


class TranslatedBody(httpx.AsyncByteStream):
    """The bytes of a chat completion, as the Messages API would have sent them.

    Args:
        response: the chat completion.
        tools: the names of the tools that it may call.
    """

    def __init__(self, response: httpx.Response, tools: Collection[str]) -> None:
        self.response = response
        self.tools = tools

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async with aclosing(read_events(self.response, ChatAdapter(self.tools))) as events:
                async for event in events:
                    yield encode_event(event)
        except ErrorEvent as error:
            yield encode_event(
                {"type": "error", "error": {"type": error.type, "message": str(error)}}
            )
        except (StreamError, ValueError) as error:  # cut, or no chat completion at all
            raise httpx.RemoteProtocolError(str(error)) from error

    async def aclose(self) -> None:
        """Close the stream that is translated."""
        await self.response.aclose()


def encode_event(event: Event) -> bytes:
    """Return an event as its bytes on the wire."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


PROVIDERS["openai"] = Provider(
    "https://api.openai.com",
    "OPENAI_API_KEY",
    OPENAI_MODEL,
    lambda key: {"authorization": f"Bearer {key}"},
    ChatTransport,
)
