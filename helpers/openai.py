"""OpenAI's two APIs, told in the events of the Messages API.

    request ──▶ POST /v1/chat/completions ──▶ ChatAdapter ──────▶ events
            └─▶ POST /v1/responses ─────────▶ ResponsesAdapter ─▶ events

Request and events are those of the Messages API, so whatever stands on them works with
these APIs too, and with the many servers that speak the first of them. The adapters do no
I/O and know no clock; openai_requests.py has the way there, this module the way back.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx

from helpers.client import (
    ErrorEvent,
    Event,
    OpenStream,
    ProtocolError,
    StreamTruncated,
    open_events,
    open_stream,
)
from helpers.openai_requests import chat_request, responses_request

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
    return open_events(http, "/v1/chat/completions", chat_request(request), ChatAdapter())


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

STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
    "max_output_tokens": "max_tokens",
}

# Errors by their code or their type, as the Messages API names them: retries go by these names.
ERROR_TYPES = {
    "server_error": "api_error",
    "server_is_overloaded": "overloaded_error",
    "rate_limit_exceeded": "rate_limit_error",
    "requests": "rate_limit_error",
    "tokens": "rate_limit_error",
    "insufficient_quota": "billing_error",
    "invalid_api_key": "authentication_error",
}

BLOCKS = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}


class ChatAdapter:
    """Tell the chunks of a chat completion as events of the Messages API.

    A chunk is a difference to the message so far, and nothing says where a part of it
    ends: a block ends when another one begins, or when the finish reason comes. Usage
    comes after the finish reason, or never, so the end of the message waits for it.

    Attributes:
        end_mark: the data that ends the stream.
        finished: whether message_stop has been told.
    """

    end_mark: str | None = "[DONE]"

    def __init__(self) -> None:
        self.finished = False
        self._blocks = _Blocks()
        self._begun = False
        self._calls: dict[str, str] = {}  # the ids of the calls, by their keys
        self._finish_reason: str | None = None
        self._refusal = ""

    def feed(self, chunk: Event) -> list[Event]:
        """Take the next chunk; return the events that it means.

        Raises:
            ErrorEvent: the chunk is an error.
            ProtocolError: it contradicts those before it.
        """
        if chunk.get("error"):
            raise _error_event(chunk["error"])
        events: list[Event] = []
        if not self._begun and "choices" in chunk:
            self._begun = True
            events.append(_message_start(chunk))
        match chunk.get("choices"):
            case [dict(choice), *_] if not self._finish_reason:
                delta = choice.get("delta")
                events += self._delta(delta if isinstance(delta, dict) else {})
                if choice.get("finish_reason"):
                    self._finish_reason = str(choice["finish_reason"])
                    events += self._blocks.stop_all()
        usage = chunk.get("usage")
        if self._finish_reason and usage and not self.finished:
            events += self._end(_usage(usage, "prompt_tokens", "completion_tokens"))
        return events

    def close(self) -> list[Event]:
        """Take the end of the stream; return the end of the message.

        Raises:
            StreamTruncated: no finish reason has come.
        """
        if not self._finish_reason:
            raise StreamTruncated("the stream ended before a finish_reason")
        return [] if self.finished else self._end({})

    def _delta(self, delta: dict[str, Any]) -> list[Event]:
        events: list[Event] = []
        # Servers of open models show their reasoning, under one of two names.
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        said = {"thinking": reasoning, "text": delta.get("content")}
        for kind, piece in said.items():
            if not piece:
                continue
            if kind not in self._blocks.open:
                events += self._blocks.stop_all()
                events.append(self._blocks.start(kind, {**BLOCKS[kind]}))
            events.append(self._blocks.piece(kind, f"{kind}_delta", kind, piece))
        self._refusal += str(delta.get("refusal") or "")
        calls = delta.get("tool_calls") or []
        for call in calls if isinstance(calls, list) else [calls]:
            events += self._call(call)
        return events

    def _call(self, call: Any) -> list[Event]:
        """Tell a fragment of a tool call: the first has its name, the others only its index."""
        match call:
            case {"function": dict(function)}:
                key, id = f"call {call.get('index')}", call.get("id")
            case _:
                raise ProtocolError(f"this is no tool call: {json.dumps(call)[:80]}")
        events: list[Event] = []
        # Some servers repeat the id in each fragment; others give all calls the same index.
        if id and id != self._calls.get(key):
            block = _tool_use(id, function.get("name"))
            self._calls[key] = id
            events += [*self._blocks.stop_all(), self._blocks.start(key, block)]
        arguments = function.get("arguments")
        if arguments not in ("", None):
            events.append(self._blocks.piece(key, "input_json_delta", "partial_json", arguments))
        return events

    def _end(self, usage: dict[str, int]) -> list[Event]:
        self.finished = True
        reason = str(self._finish_reason)
        if reason == "stop" and self._calls:  # so it is when the request named the tool
            reason = "tool_calls"
        return _message_end(reason, self._refusal, usage)


class ResponsesAdapter:
    """Tell the events of a response as events of the Messages API.

    A response is a list of items, and an item may have parts. A part of a message is a
    block here, and so are a function call and a part of the reasoning.

    Attributes:
        end_mark: None: the last event says that it is the last.
        finished: whether message_stop has been told.
    """

    end_mark: str | None = None

    def __init__(self) -> None:
        self.finished = False
        self._blocks = _Blocks()
        self._called = False
        self._refusal = ""

    def feed(self, event: Event) -> list[Event]:
        """Take the next event; return the events that it means.

        Types that say nothing to the Messages API, and unknown ones, are ignored.

        Raises:
            ErrorEvent: the event is an error, or tells that the response failed.
            ProtocolError: it contradicts those before it.
        """
        call = f"call {event.get('output_index')}"
        part_index = event.get("content_index", event.get("summary_index"))
        part = f"part {event.get('output_index')} {part_index}"
        match event:
            case {"type": "response.output_text.delta", "delta": piece}:
                return self._piece("text", part, piece)
            case {
                "type": "response.reasoning_text.delta" | "response.reasoning_summary_text.delta",
                "delta": piece,
            }:
                return self._piece("thinking", part, piece)
            case {"type": "response.function_call_arguments.delta", "delta": piece}:
                return [self._blocks.piece(call, "input_json_delta", "partial_json", piece)]
            case {"type": "response.refusal.delta", "delta": str(piece)}:
                self._refusal += piece
            case {"type": "response.output_item.added", "item": {"type": "function_call", **item}}:
                self._called = True
                block = _tool_use(item.get("call_id"), item.get("name"))
                return [self._blocks.start(call, block)]
            case {
                "type": "response.output_text.done"
                | "response.reasoning_text.done"
                | "response.reasoning_summary_text.done"
            }:
                return self._blocks.stop(part)
            case {"type": "response.function_call_arguments.done", "arguments": whole} | {
                "type": "response.output_item.done",
                "item": {"type": "function_call", "arguments": whole},
            }:
                return self._arguments_done(call, whole)
            case {"type": "response.created", "response": dict(response)}:
                return [_message_start(response)]
            case {"type": "response.completed" | "response.incomplete", "response": dict(response)}:
                return self._end(event["type"], response)
            case {"type": "response.failed", "response": {"error": error}}:
                raise _error_event(error)
            case {"type": "error"}:
                raise _error_event(event.get("error") or event)
            case {"type": str()}:
                pass
            case _:
                raise ProtocolError(f"an event has no type: {json.dumps(event)[:80]!r}")
        return []

    def close(self) -> list[Event]:
        """Take the end of the stream, which should have announced itself.

        Raises:
            StreamTruncated: the response is not complete.
        """
        if not self.finished:
            raise StreamTruncated("the stream ended before the response was complete")
        return []

    def _piece(self, kind: str, part: str, piece: object) -> list[Event]:
        events: list[Event] = []
        if part not in self._blocks.open:
            events.append(self._blocks.start(part, {**BLOCKS[kind]}))
        return [*events, self._blocks.piece(part, f"{kind}_delta", kind, piece)]

    def _arguments_done(self, call: str, whole: object) -> list[Event]:
        """End a call; some servers send its arguments here, and in no delta before."""
        events: list[Event] = []
        if call in self._blocks.open and call not in self._blocks.filled:
            events.append(self._blocks.piece(call, "input_json_delta", "partial_json", whole))
        return [*events, *self._blocks.stop(call)]

    def _end(self, type: str, response: Event) -> list[Event]:
        self.finished = True
        match response.get("incomplete_details"):
            case {"reason": str(reason)}:
                pass
            case _ if type == "response.incomplete":
                reason = "incomplete"
            case _:
                reason = "tool_calls" if self._called else "stop"
        usage = _usage(response.get("usage"), "input_tokens", "output_tokens")
        return [*self._blocks.stop_all(), *_message_end(reason, self._refusal, usage)]


class _Blocks:
    """The content blocks of a message that is being told.

    The other API knows its parts by keys of its own; here they are numbered.

    Attributes:
        open: the indexes of the blocks that have not been stopped, by their keys.
        filled: the keys of the blocks for which a piece has come.
    """

    def __init__(self) -> None:
        self.open: dict[str, int] = {}
        self.filled: set[str] = set()
        self._count = 0

    def start(self, key: str, block: dict[str, Any]) -> Event:
        if key in self.open:
            raise ProtocolError("a part of the answer begins twice")
        index = self.open[key] = self._count
        self._count += 1
        return {"type": "content_block_start", "index": index, "content_block": block}

    def piece(self, key: str, type: str, name: str, piece: object) -> Event:
        index = self.open.get(key)
        if index is None or not isinstance(piece, str):
            raise ProtocolError("a piece of the answer is no text, or belongs to no open part")
        self.filled.add(key)
        delta = {"type": type, name: piece}
        return {"type": "content_block_delta", "index": index, "delta": delta}

    def stop(self, key: str) -> list[Event]:
        index = self.open.pop(key, None)
        return [] if index is None else [{"type": "content_block_stop", "index": index}]

    def stop_all(self) -> list[Event]:
        return [event for key in list(self.open) for event in self.stop(key)]


def _tool_use(id: object, name: object) -> dict[str, Any]:
    if not (isinstance(id, str) and isinstance(name, str) and id and name):
        raise ProtocolError("a tool call has no id or no name")
    return {"type": "tool_use", "id": id, "name": name, "input": {}}


def _message_start(answer: Event) -> Event:
    message: dict[str, Any] = {
        "id": str(answer.get("id", "")),
        "type": "message",
        "role": "assistant",
        "model": str(answer.get("model", "")),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},  # told at the end
    }
    return {"type": "message_start", "message": message}


def _message_end(reason: str, refusal: str, usage: dict[str, int]) -> list[Event]:
    """Return the two events that end a message.

    Args:
        reason: why it ended, in OpenAI's word.
        refusal: the words in which the model refused, or "".
        usage: in the names of the Messages API; empty if it isn't known.
    """
    stop_reason = "refusal" if refusal else STOP_REASONS.get(reason, reason)
    delta: dict[str, Any] = {"stop_reason": stop_reason, "stop_sequence": None}
    if stop_reason == "refusal":
        details = {"type": "refusal", "category": None, "explanation": refusal or None}
        delta["stop_details"] = details
    return [{"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"}]


def _usage(counts: object, taken: str, made: str) -> dict[str, int]:
    """Return token counts as the Messages API has them: cached ones are not in the input.

    Args:
        counts: what was counted, in OpenAI's names; None gives no counts.
        taken: the name of the tokens that came in.
        made: the name of the tokens that went out.
    """
    if not isinstance(counts, dict):
        return {}
    read = _count(counts.get(f"{taken}_details"), "cached_tokens")
    written = _count(counts.get(f"{taken}_details"), "cache_write_tokens")
    return {
        "input_tokens": _count(counts, taken) - read - written,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": _count(counts, made),
    }


def _count(counts: object, name: str) -> int:
    count = counts.get(name) if isinstance(counts, dict) else None
    return count if isinstance(count, int) else 0


def _error_event(error: object) -> ErrorEvent:
    said = error if isinstance(error, dict) else {"message": error}
    names = [str(said[name]) for name in ("code", "type") if said.get(name)]
    known = [ERROR_TYPES[name] for name in names if name in ERROR_TYPES]
    return ErrorEvent(
        [*known, *names, "unknown_error"][0], str(said.get("message") or "no message")
    )
