"""POST /v1/responses: OpenAI's newer endpoint.

A response is a list of items: messages, function calls, reasoning. Each event has a name,
repeated in its data, and a number in sequence; each item and each part of it is announced,
filled and closed, and what closes it holds all of it again. There is no [DONE]: the last event
is response.completed or response.incomplete, with the whole response.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from ..chance import dice
from ..errors import ApiError
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
from .errors import OpenAIError, as_openai_error, error_object, hex_id
from .frame import endpoint
from .models import CREATED
from .requests import read
from .responses_request import check, check_calls, to_block, to_conversation

INCOMPLETE = {
    "max_tokens": "max_output_tokens",
    "model_context_window_exceeded": "max_output_tokens",
    "refusal": "content_filter",
}


@endpoint
def create(state: State, http_request: Request) -> Plan:
    """Return the answer to a request for a response, streamed or whole.

    Raises ApiError if the API would refuse it.
    """
    request = read(http_request.body)
    check(request)
    earlier = recall(state, request)
    check_calls(request["input"], earlier)
    conversation = to_conversation(request, earlier)
    given = answer(state, http_request, request, conversation)

    def events() -> Iterator[tuple[int, dict[str, Any]]]:
        return ResponseEncoder(given.reply, request, given.source).events()

    def chunks() -> Iterator[TimedBytes]:
        numbers = dice(given.source, "padding") if wants_obfuscation(request) else None
        return stream(events(), given.times, numbers)

    *_, (_, last) = events()
    response = last["response"]
    said = [block for _, block in map(to_block, response["output"]) if block]
    if response["store"] and said:
        state.threads.keep(response["id"], conversation, said, state.clock.now())
    told = chunks if request.get("stream") else response
    return deliver(state, http_request, given, told, from_a_fault)


def recall(state: State, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was said up to the response that a request names as the previous one."""
    previous = request.get("previous_response_id")
    if previous is None:
        return []
    try:
        return state.threads.messages(previous, state.clock.now())
    except ApiError:
        raise OpenAIError(
            f"Previous response with id '{previous}' not found.",
            "previous_response_id",
            "previous_response_not_found",
        ) from None


class ResponseEncoder:
    """A reply told as the events of a response.

    It is told once: while it goes, `output` fills with the items that are finished.
    """

    def __init__(self, reply: Reply, request: dict[str, Any], source: str) -> None:
        self.reply = reply
        self.request = request
        self.source = source
        self.ids = dice(source, "response")
        self.id = hex_id(self.ids, "resp_", 48)
        self.output: list[dict[str, Any]] = []
        self.item: dict[str, Any] = {}  # the one that is being told; {} between two
        self.calls = 0

    def events(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the events, each with the number of tokens written before it."""
        for number, (written, event) in enumerate(self._events()):
            kind = {"type": event.pop("type")}
            yield written, kind | {"sequence_number": number} | event

    def _events(self) -> Iterator[tuple[int, dict[str, Any]]]:
        yield -1, {"type": "response.created", "response": self.response("in_progress")}
        yield -1, {"type": "response.in_progress", "response": self.response("in_progress")}
        kind, written = "", 0
        for written, event in message_events.events(self.reply):
            match event:
                case {"type": "content_block_start", "content_block": block}:
                    kind = block["type"]
                    if self.item and not (kind == "text" and self.item["type"] == "message"):
                        yield from at(written, self.close("completed"))
                    yield from at(written, self.open(block))
                case {"type": "content_block_delta", "delta": {"text": piece}}:
                    yield from at(written, self.more_text("output_text", piece))
                case {"type": "content_block_delta", "delta": {"thinking": piece}} if piece:
                    yield from at(written, self.more_thought(piece))
                case {"type": "content_block_delta", "delta": {"partial_json": piece}}:
                    if kind == "tool_use" and piece:
                        yield from at(written, self.more_arguments(piece))
                case {"type": "content_block_stop", "index": index}:
                    # No argument at all is "{}" here, where the Messages API sends nothing.
                    complete = self.reply.blocks[index].complete
                    if kind == "tool_use" and complete and not self.item["arguments"]:
                        yield from at(written, self.more_arguments("{}"))
        if refuses(self.reply):
            yield from at(written, self.refuse(explanation(self.reply)))
        status = "incomplete" if self.cut else "completed"
        if self.item:
            yield from at(written, self.close(status))
        yield written, {"type": f"response.{status}", "response": self.response(status)}

    @property
    def cut(self) -> bool:
        """Whether the answer stopped before its end."""
        return self.reply.stop_reason in INCOMPLETE and not refuses(self.reply)

    def open(self, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Announce the item that a content block belongs to, if it isn't open yet."""
        if self.item:
            return
        match block["type"]:
            case "text":
                yield from self.open_message("output_text")
            case "thinking" | "redacted_thinking":
                item = {"id": hex_id(self.ids, "rs_", 48), "type": "reasoning", "summary": []}
                yield from self.announce(item)
            case "tool_use":
                item = {"id": hex_id(self.ids, "fc_", 48), "type": "function_call"}
                item |= {"status": "in_progress", "arguments": ""}
                item |= {"call_id": call_id(self.source, self.calls), "name": block["name"]}
                self.calls += 1
                yield from self.announce(item)

    def open_message(self, kind: str) -> Iterator[dict[str, Any]]:
        """Announce a message and its only part, which is output_text or refusal."""
        item = {"id": hex_id(self.ids, "msg_", 48), "type": "message", "status": "in_progress"}
        yield from self.announce(item | {"content": [], "role": "assistant"})
        empty: dict[str, Any] = {"type": "refusal", "refusal": ""}
        if kind == "output_text":
            empty = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
        yield {"type": "response.content_part.added"} | self.place | {"part": dict(empty)}
        self.item["content"] = [empty]

    def announce(self, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Announce an item; from now on it is the one that is being told."""
        self.item = item
        added = {"output_index": len(self.output), "item": dict(item)}
        yield {"type": "response.output_item.added"} | added

    @property
    def place(self) -> dict[str, Any]:
        """Where the part of a message is in the response."""
        where = {"item_id": self.item["id"], "output_index": len(self.output)}
        return where | ({"content_index": 0} if self.item["type"] == "message" else {})

    def more_text(self, kind: str, piece: str) -> Iterator[dict[str, Any]]:
        """Say more of a message."""
        self.item["content"][0]["text" if kind == "output_text" else kind] += piece
        logprobs: dict[str, Any] = {"logprobs": []} if kind == "output_text" else {}
        yield {"type": f"response.{kind}.delta"} | self.place | {"delta": piece} | logprobs

    def more_thought(self, piece: str) -> Iterator[dict[str, Any]]:
        """Say more of the summary of the reasoning; its first words announce it."""
        place = self.place | {"summary_index": 0}
        if not self.item["summary"]:
            part = {"type": "summary_text", "text": ""}
            yield {"type": "response.reasoning_summary_part.added"} | place | {"part": part}
            self.item["summary"] = [dict(part)]
        self.item["summary"][0]["text"] += piece
        yield {"type": "response.reasoning_summary_text.delta"} | place | {"delta": piece}

    def more_arguments(self, piece: str) -> Iterator[dict[str, Any]]:
        """Say more of a call's arguments."""
        self.item["arguments"] += piece
        yield {"type": "response.function_call_arguments.delta"} | self.place | {"delta": piece}

    def refuse(self, words: str) -> Iterator[dict[str, Any]]:
        """Refuse, in words of the model's own."""
        yield from self.open_message("refusal")
        for piece in tokens.split(words):
            yield from self.more_text("refusal", piece)

    def close(self, status: str) -> Iterator[dict[str, Any]]:
        """End the item that is being told: each part, then the whole, is given again."""
        item, place = self.item, self.place
        match item["type"]:
            case "message":
                part = item["content"][0]
                if part["type"] == "output_text":
                    said: dict[str, Any] = {"text": part["text"], "logprobs": []}
                else:
                    said = {"refusal": part["refusal"]}
                yield {"type": f"response.{part['type']}.done"} | place | said
                yield {"type": "response.content_part.done"} | place | {"part": part}
            case "function_call":
                said = {"arguments": item["arguments"]}
                yield {"type": "response.function_call_arguments.done"} | place | said
            case "reasoning" if item["summary"]:
                (part,) = item["summary"]
                place |= {"summary_index": 0}
                said = {"text": part["text"]}
                yield {"type": "response.reasoning_summary_text.done"} | place | said
                yield {"type": "response.reasoning_summary_part.done"} | place | {"part": part}
        if "status" in item:
            item["status"] = status
        yield {
            "type": "response.output_item.done",
            "output_index": len(self.output),
            "item": item,
        }
        self.output.append(item)
        self.item = {}

    def response(self, status: str) -> dict[str, Any]:
        """Return the response as it stands; when it is at its end, as the API sends it whole."""
        request = self.request
        reason = INCOMPLETE[self.reply.stop_reason] if status == "incomplete" else None
        reasoning = request.get("reasoning") or {}
        return {
            "id": self.id,
            "object": "response",
            "created_at": CREATED,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": {"reason": reason} if reason else None,
            "instructions": request.get("instructions"),
            "max_output_tokens": request.get("max_output_tokens"),
            "max_tool_calls": None,
            "model": self.reply.model,
            "output": list(self.output),
            "parallel_tool_calls": request.get("parallel_tool_calls") is not False,
            "previous_response_id": request.get("previous_response_id"),
            "prompt_cache_key": request.get("prompt_cache_key"),
            "reasoning": {
                "effort": reasoning.get("effort"),
                "summary": reasoning.get("summary"),
            },
            "safety_identifier": request.get("safety_identifier"),
            "service_tier": "auto" if status == "in_progress" else "default",
            "store": request.get("store") is not False,
            "temperature": read_field(request, "temperature", 1.0),
            "text": read_field(
                request, "text", {"format": {"type": "text"}, "verbosity": "medium"}
            ),
            "tool_choice": read_field(request, "tool_choice", "auto"),
            "tools": [complete_tool(tool) for tool in request.get("tools") or []],
            "top_logprobs": 0,
            "top_p": read_field(request, "top_p", 1.0),
            "truncation": read_field(request, "truncation", "disabled"),
            "usage": None if status == "in_progress" else usage_of(self.reply),
            "user": request.get("user"),
            "metadata": read_field(request, "metadata", {}),
        }


def at(written: int, events: Iterator[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield events together with the number of tokens written before them."""
    for event in events:
        yield written, event


def read_field(request: dict[str, Any], name: str, otherwise: object) -> object:
    """Return what the request says, or what holds if it says nothing."""
    return otherwise if request.get(name) is None else request[name]


def complete_tool(tool: dict[str, Any]) -> dict[str, Any]:
    """Return a tool as the response repeats it, with what it left open."""
    if tool["type"] != "function":
        return tool
    more = {"description": None, "parameters": None, "strict": True}
    return more | tool


def usage_of(reply: Reply) -> dict[str, Any]:
    """Return what the answer cost."""
    cached, cached_now = reply.prompt.read, reply.prompt.written
    taken = reply.input_tokens + cached_now + cached
    return {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": cached_now},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": reasoning_tokens(reply)},
        "total_tokens": taken + reply.output_tokens,
    }


def stream(
    events: Iterator[tuple[int, dict[str, Any]]], times: list[float], numbers: Random | None
) -> Iterator[TimedBytes]:
    """Yield events as bytes with their times.

    times: when each token is written, and when the answer ends (Pace.token_times).
    numbers: what the padding is drawn from; None for none.

    The response is announced half-way to the first token, when the model starts to read.
    """
    for written, event in events:
        if numbers is not None and event["type"].endswith(".delta"):
            # Only the delta's own characters count here, not the event around them.
            event["obfuscation"] = obfuscation(len(event["delta"]), numbers)
        yield TimedBytes(times[0] / 2 if written < 0 else times[written], encode(event))


def encode(event: dict[str, Any]) -> bytes:
    """Return the bytes of one event."""
    return f"event: {event['type']}\ndata: {write(event)}\n\n".encode()


def from_a_fault(event: dict[str, Any], sent: int) -> bytes:
    """Return the bytes of an event that a fault has put into a stream, after so many others."""
    match event["type"]:
        case "error":
            error = error_object(as_openai_error(event["error"]))
            event = {"type": "error", "sequence_number": sent}
            event |= {"code": error["code"] or error["type"]}
            event |= {"message": error["message"], "param": error["param"]}
        case "ping":
            return b": ping\n\n"  # this API has none; compatible servers send comments
    return encode(event)
