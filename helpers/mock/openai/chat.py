"""POST /v1/chat/completions: OpenAI's older endpoint, which most compatible servers speak.

A request becomes a conversation of the Messages API and is answered from the same scenarios
(chat_request.py); the answer is told in OpenAI's chunks. What differs from the Messages API,
and is worth seeing:

- events have no name, only data, and the last is the word [DONE];
- a tool call is known by its index among the calls: its first fragment names it, the others
  carry arguments only, and nothing says where it ends;
- usage comes only when asked for, in one more chunk that has no choices;
- `obfuscation` pads every chunk to a multiple of 16 characters.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from ..chance import dice, identifier
from ..messages import events as message_events
from ..messages import tokens
from ..messages.message import Reply
from ..plan import Plan, Request, TimedBytes
from ..state import State
from .answers import (
    answer,
    call_id,
    deliver,
    explanation,
    obfuscation,
    reasoning_tokens,
    refuses,
    wants_obfuscation,
    write,
)
from .chat_request import check, to_conversation
from .errors import as_openai_error, error_object
from .frame import endpoint
from .models import CREATED
from .requests import read

DONE = b"data: [DONE]\n\n"
FINISH_REASONS = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


@endpoint
def create(state: State, http_request: Request) -> Plan:
    """Return the answer to a request for a chat completion, streamed or whole.

    Raises ApiError if the API would refuse it.
    """
    request = read(http_request.body)
    check(request)
    given = answer(state, http_request, request, to_conversation(request))
    completion = Completion(given.reply, request.get("n") or 1, given.source)

    def chunks() -> Iterator[TimedBytes]:
        return stream(completion, request, given.times, dice(given.source, "padding"))

    told = chunks if request.get("stream") else completion.to_json()
    return deliver(state, http_request, given, told, from_a_fault)


class Completion:
    """A reply as a chat completion.

    copies: how many times it is given, as choices of their own (the request's `n`).
    """

    def __init__(self, reply: Reply, copies: int, source: str) -> None:
        self.reply = reply
        self.copies = copies
        self.source = source
        ids = dice(source, "completion")
        self.id = identifier(ids, "chatcmpl-", 29)
        self.fingerprint = "fp_" + source[:10]

    @property
    def finish_reason(self) -> str:
        """Why the answer ended."""
        if refuses(self.reply):
            return "stop"
        return FINISH_REASONS.get(self.reply.stop_reason, "stop")

    @property
    def usage(self) -> dict[str, Any]:
        """What the answer cost."""
        cached = self.reply.prompt.read
        prompt = self.reply.input_tokens + self.reply.prompt.written + cached
        completion = self.reply.output_tokens * self.copies
        thought = reasoning_tokens(self.reply) * self.copies
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": thought,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }

    def deltas(self, choice: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield what is said, piece by piece, each with the number of tokens written before.

        Thinking and the tools that the server runs itself are not shown: this API never does.
        """
        calls, kind, arguments = 0, "", ""
        for written, event in message_events.events(self.reply):
            match event:
                case {"type": "content_block_start", "content_block": block}:
                    kind, arguments = block["type"], ""
                    if kind == "tool_use":
                        opening = {"name": block["name"], "arguments": ""}
                        place = calls + choice * 1000
                        call = {"index": calls, "id": call_id(self.source, place)}
                        call |= {"type": "function", "function": opening}
                        yield written, {"tool_calls": [call]}
                        calls += 1
                case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}:
                    yield written, {"content": text}
                case {"type": "content_block_delta", "delta": {"partial_json": fragment}}:
                    if kind == "tool_use" and fragment:
                        arguments += fragment
                        yield written, more_arguments(calls - 1, fragment)
                case {"type": "content_block_stop", "index": index}:
                    # No argument at all is "{}" here, where the Messages API sends nothing.
                    if kind == "tool_use" and not arguments and self.reply.blocks[index].complete:
                        yield written, more_arguments(calls - 1, "{}")
                case {"type": "message_delta"} if refuses(self.reply):
                    for piece in tokens.split(explanation(self.reply)):
                        yield written, {"refusal": piece}

    def to_json(self) -> dict[str, Any]:
        """Return the completion as the API sends it when it doesn't stream."""
        choices = [
            {
                "index": index,
                "message": self.message(index),
                "logprobs": None,
                "finish_reason": self.finish_reason,
            }
            for index in range(self.copies)
        ]
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": CREATED,
            "model": self.reply.model,
            "choices": choices,
            "usage": self.usage,
            "service_tier": "default",
            "system_fingerprint": self.fingerprint,
        }

    def message(self, choice: int) -> dict[str, Any]:
        """Return the message that the deltas of one choice make."""
        content: list[str] = []
        refusal: list[str] = []
        calls: list[dict[str, Any]] = []
        for _, delta in self.deltas(choice):
            content += [delta["content"]] if "content" in delta else []
            refusal += [delta["refusal"]] if "refusal" in delta else []
            for fragment in delta.get("tool_calls", ()):
                if "id" in fragment:
                    call = {name: fragment[name] for name in ("id", "type", "function")}
                    calls.append(call | {"function": dict(fragment["function"])})
                else:
                    calls[-1]["function"]["arguments"] += fragment["function"]["arguments"]
        made: dict[str, Any] = {"role": "assistant", "content": "".join(content) or None}
        if calls:
            made["tool_calls"] = calls
        return made | {"refusal": "".join(refusal) or None, "annotations": []}


def more_arguments(index: int, fragment: str) -> dict[str, Any]:
    """Return the delta that carries more of a tool call's arguments."""
    return {"tool_calls": [{"index": index, "function": {"arguments": fragment}}]}


def stream(
    completion: Completion, request: dict[str, Any], times: list[float], numbers: Random
) -> Iterator[TimedBytes]:
    """Yield a completion's chunks as bytes with their times.

    times: when each token is written, and when the answer ends (Pace.token_times).

    Nothing leaves before the first token: this API says that it works when it has something
    to say, and has no pings.
    """
    frame = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": completion.reply.model,
        "service_tier": "default",
        "system_fingerprint": completion.fingerprint,
    }
    with_usage = (request.get("stream_options") or {}).get("include_usage") is True
    usage: dict[str, Any] = {"usage": None} if with_usage else {}
    padded = wants_obfuscation(request)

    def chunk(at: float, choices: list[dict[str, Any]], usage: dict[str, Any]) -> TimedBytes:
        data = frame | {"choices": choices} | usage
        if padded:
            data["obfuscation"] = obfuscation(len(write(data)), numbers)
        return TimedBytes(at, f"data: {write(data)}\n\n".encode())

    def choice(index: int, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}

    choices = [list(completion.deltas(index)) for index in range(completion.copies)]
    for index, deltas in enumerate(choices):
        # The first chunk has no text; a call that opens the answer comes with it.
        opens_with_call = bool(deltas) and "tool_calls" in deltas[0][1]
        calls = deltas.pop(0)[1] if opens_with_call else {}
        opening = {"role": "assistant", "content": None if opens_with_call else ""}
        yield chunk(times[0], [choice(index, opening | calls | {"refusal": None})], usage)
    for step in zip(*choices, strict=True):
        for index, (written, delta) in enumerate(step):
            yield chunk(times[written], [choice(index, delta)], usage)
    for index in range(completion.copies):
        yield chunk(times[-1], [choice(index, {}, completion.finish_reason)], usage)
    if with_usage:
        yield chunk(times[-1], [], {"usage": completion.usage})
    yield TimedBytes(times[-1], DONE)


def from_a_fault(event: dict[str, Any], sent: int) -> bytes:
    """Return the bytes of an event that a fault has put into a stream, after so many others."""
    match event["type"]:
        case "error":
            event = {"error": error_object(as_openai_error(event["error"]))}
        case "ping":
            return b": ping\n\n"  # this API has none; compatible servers send comments
    return f"data: {write(event)}\n\n".encode()
