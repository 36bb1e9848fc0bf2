"""POST /v1/chat/completions: OpenAI's older endpoint, which most compatible servers speak.

A request becomes a conversation of the Messages API and is answered from the same scenarios;
the answer is told in OpenAI's chunks. What differs from the Messages API, and is worth seeing:

- events have no name, only data, and the last is the word [DONE];
- a tool call is known by its index among the calls: its first fragment names it, the others
  carry arguments only, and nothing says where it ends;
- usage comes only when asked for, in one more chunk that has no choices;
- `obfuscation` pads every chunk to a multiple of 16 characters.
"""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any

from ..chance import dice, identifier
from ..messages import events as wire
from ..messages import tokens
from ..messages.message import Reply
from ..plan import Plan, Request, TimedBytes
from . import output as openai_output
from .frame import (
    CREATED,
    NO_LIMIT,
    OpenAIError,
    answer,
    arguments_of,
    as_openai_error,
    call_id,
    check_streaming,
    deliver,
    endpoint,
    error_object,
    expect,
    expect_entries,
    expect_number,
    expect_one_of,
    missing,
    obfuscation,
    read,
    thinking_of,
    tool_result,
    wants_obfuscation,
    write,
)

if TYPE_CHECKING:
    from ..engine import MockAPI

DONE = b"data: [DONE]\n\n"
ROLES = ("system", "assistant", "user", "function", "tool", "developer")
FINISH_REASONS = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
REFUSAL = "I'm sorry, but I can't help with that."


@endpoint
def create(api: "MockAPI", http_request: Request) -> Plan:
    """Return the answer to a request for a chat completion, streamed or whole.

    Raises ApiError if the API would refuse it.
    """
    request = read(http_request.body)
    check(request)
    given = answer(api, http_request, request, to_conversation(request))
    completion = Completion(given.reply, request.get("n") or 1, given.source)

    def chunks() -> Iterator[TimedBytes]:
        return stream(completion, request, given.times, dice(given.source, "padding"))

    told = chunks if request.get("stream") else completion.to_json()
    return deliver(api, http_request, given, told, from_a_fault)


# --- What a request says -------------------------------------------------------------------


def check(request: dict[str, Any]) -> None:
    """Raise OpenAIError unless the request can be answered."""
    if "messages" not in request:
        raise missing("messages")
    expect_entries("messages", request["messages"])
    for index, entry in enumerate(request["messages"]):
        check_message(f"messages[{index}]", entry)
    check_calls(request["messages"])
    for name in ("max_tokens", "max_completion_tokens"):
        if request.get(name) is not None:
            expect_number(name, request[name], 1)
    if request.get("n") is not None:
        expect_number("n", request["n"], 1, 128)
    check_stop(request.get("stop"))
    check_tools(request)
    format_of(request)
    check_streaming(request)


def check_message(where: str, entry: dict[str, Any]) -> None:
    """Raise OpenAIError unless a message has a role and what that role must say."""
    if "role" not in entry:
        raise missing(f"{where}.role")
    expect_one_of(f"{where}.role", entry["role"], ROLES)
    if entry["role"] == "tool" and "tool_call_id" not in entry:
        raise missing(f"{where}.tool_call_id")
    calls = entry.get("tool_calls")
    if entry["role"] == "assistant" and calls is not None:
        expect_entries(f"{where}.tool_calls", calls)
        for index, call in enumerate(calls):
            check_call(f"{where}.tool_calls[{index}]", call)
    content = entry.get("content")
    if content is None:
        says_otherwise = calls or entry.get("refusal") or entry.get("function_call")
        if entry["role"] == "assistant" and says_otherwise:
            return
        if "content" not in entry:
            raise missing(f"{where}.content")
        place = where.replace("[", ".[")
        raise OpenAIError(
            "Invalid value for 'content': expected a string, got null.", f"{place}.content"
        )
    expect(f"{where}.content", content, "one of a string or array of objects")
    if isinstance(content, list):
        for index, part in enumerate(content):
            check_part(f"{where}.content[{index}]", part)


def check_part(where: str, part: object) -> None:
    """Raise OpenAIError unless this is a part of a message."""
    expect(where, part, "an object")
    assert isinstance(part, dict)
    if "type" not in part:
        raise missing(f"{where}.type")
    known = ("text", "image_url", "input_audio", "refusal", "audio", "file")
    expect_one_of(f"{where}.type", part["type"], known)
    if part["type"] == "text":
        if "text" not in part:
            raise missing(f"{where}.text")
        expect(f"{where}.text", part["text"], "a string")


def check_call(where: str, call: dict[str, Any]) -> None:
    """Raise OpenAIError unless this is a tool call as an answer has them."""
    for name in ("id", "type"):
        if name not in call:
            raise missing(f"{where}.{name}")
        expect(f"{where}.{name}", call[name], "a string")
    if call["type"] != "function":
        return
    expect(f"{where}.function", call.get("function"), "an object")
    for name in ("name", "arguments"):
        if name not in call["function"]:
            raise missing(f"{where}.function.{name}")
        expect(f"{where}.function.{name}", call["function"][name], "a string")


def check_calls(messages: list[dict[str, Any]]) -> None:
    """Raise OpenAIError unless each tool call is followed by its result, and no other is."""
    called: list[str] = []
    open_calls: list[str] = []
    for index, entry in enumerate(messages):
        if entry["role"] == "tool":
            call = entry["tool_call_id"]
            if not called:
                raise OpenAIError(
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceeding message with 'tool_calls'.",  # spelt so by the API
                    f"messages.[{index}].role",
                )
            if call not in called:
                raise OpenAIError(
                    f"Invalid parameter: 'tool_call_id' of '{call}' not found in 'tool_calls' "
                    "of previous message.",
                    f"messages.[{index}].tool_call_id",
                )
            open_calls = [one for one in open_calls if one != call]
            continue
        if open_calls:
            raise unanswered(open_calls, index)
        called = [call["id"] for call in entry.get("tool_calls") or []]
        open_calls = list(called)
    if open_calls:
        raise unanswered(open_calls, len(messages) - 1)


def unanswered(calls: list[str], index: int) -> OpenAIError:
    """Return the error for tool calls that have no result where it should be."""
    return OpenAIError(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        "each 'tool_call_id'. The following tool_call_ids did not have response messages: "
        + ", ".join(calls),
        f"messages.[{index}].role",
    )


def check_stop(stop: object) -> None:
    """Raise OpenAIError unless these are stop sequences: one, or up to four."""
    if stop is None or isinstance(stop, str):
        return
    expect("stop", stop, "an array")
    assert isinstance(stop, list)
    if len(stop) > 4:
        raise OpenAIError(
            "Invalid 'stop': array too long. Expected an array with maximum length 4, but got "
            f"an array with length {len(stop)} instead.",
            "stop",
            "array_above_max_length",
        )
    for index, sequence in enumerate(stop):
        expect(f"stop[{index}]", sequence, "a string")


def check_tools(request: dict[str, Any]) -> None:
    """Raise OpenAIError unless tools and the choice among them are as they should be."""
    tools, choice = request.get("tools"), request.get("tool_choice")
    if tools is None:
        if choice not in (None, "none", "auto"):
            raise OpenAIError(
                "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' "
                "are specified.",
                "tool_choice",
            )
        return
    expect_entries("tools", tools)
    for index, tool in enumerate(tools):
        if "type" not in tool:
            raise missing(f"tools[{index}].type")
        expect_one_of(f"tools[{index}].type", tool["type"], ("function", "custom"))
        if tool["type"] == "function":
            if "function" not in tool:
                raise missing(f"tools[{index}].function")
            expect(f"tools[{index}].function", tool["function"], "an object")
            if "name" not in tool["function"]:
                raise missing(f"tools[{index}].function.name")
            expect(f"tools[{index}].function.name", tool["function"]["name"], "a string")
    if isinstance(choice, str):
        expect_one_of("tool_choice", choice, ("none", "auto", "required"))
    elif isinstance(choice, dict) and choice.get("type") == "function":
        expect("tool_choice.function", choice.get("function"), "an object")
        name = choice["function"].get("name")
        if name not in [tool["function"]["name"] for tool in tools if "function" in tool]:
            raise OpenAIError(
                f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice"
            )


# --- The same, as the Messages API would have it ----------------------------------------------


def to_conversation(request: dict[str, Any]) -> dict[str, Any]:
    """Return a checked request as a request of the Messages API."""
    limits = [request.get(name) for name in ("max_completion_tokens", "max_tokens")]
    conversation: dict[str, Any] = {
        "model": request["model"],
        "max_tokens": next((limit for limit in limits if limit is not None), NO_LIMIT),
        "messages": [],
    }
    instructions: list[str] = []
    said: list[dict[str, Any]] = conversation["messages"]
    for entry in request["messages"]:
        match entry["role"]:
            case "system" | "developer":
                instructions += [text_of(entry["content"])]
            case "tool":
                result = tool_result(entry["tool_call_id"], text_of(entry["content"]))
                # The results of parallel calls are messages of their own here, one there.
                if said and said[-1]["content"][0]["type"] == "tool_result":
                    said[-1]["content"].append(result)
                else:
                    said.append({"role": "user", "content": [result]})
            case role:
                blocks: list[dict[str, Any]] = [
                    {"type": "text", "text": text_of(entry.get("content"))}
                ]
                for call in entry.get("tool_calls") or []:
                    function = call.get("function") or {"name": "custom", "arguments": ""}
                    blocks.append(
                        {
                            "type": "tool_use",
                            "id": call["id"],
                            "name": function["name"],
                            "input": arguments_of(function["arguments"]),
                        }
                    )
                speaker = "assistant" if role == "assistant" else "user"
                said.append({"role": speaker, "content": blocks})
    if instructions:
        conversation["system"] = "\n\n".join(instructions)
    if isinstance(stop := request.get("stop"), str):
        stop = [stop]
    if stop:
        conversation["stop_sequences"] = [sequence for sequence in stop if sequence]
    functions = [tool["function"] for tool in request.get("tools") or [] if "function" in tool]
    conversation |= tools_of(functions, request.get("tool_choice"))
    return conversation | format_of(request) | thinking_of(request.get("reasoning_effort"))


def format_of(request: dict[str, Any]) -> dict[str, Any]:
    """Return the format of the answer as the Messages API has it, or raise OpenAIError."""
    said = "\n".join(text_of(entry.get("content")) for entry in request["messages"])
    asked = request.get("response_format")
    return openai_output.check("response_format", asked, said, "json_schema")


def text_of(content: object) -> str:
    """Return the text of a message's content."""
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if part["type"] == "text")
    return content if isinstance(content, str) else ""


def tools_of(functions: list[dict[str, Any]], choice: object) -> dict[str, Any]:
    """Return tools and the choice among them as the Messages API has them."""
    if not functions:
        return {}
    tools = [
        {
            "name": function["name"],
            "description": function.get("description") or "",
            "input_schema": function.get("parameters") or {"type": "object", "properties": {}},
            "eager_input_streaming": True,  # this API never holds arguments back
        }
        for function in functions
    ]
    chosen: dict[str, Any] = {"type": {"none": "none", "required": "any"}.get(str(choice), "auto")}
    if isinstance(choice, dict) and choice.get("type") == "function":
        name = choice["name"] if "name" in choice else choice["function"]["name"]
        chosen = {"type": "tool", "name": name}
    return {"tools": tools, "tool_choice": chosen}


# --- The answer -----------------------------------------------------------------------------


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
        for written, event in wire.events(self.reply):
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


def reasoning_tokens(reply: Reply) -> int:
    """Return the tokens that went into thinking."""
    return sum(block.thinking_tokens for block in reply.blocks)


def refuses(reply: Reply) -> bool:
    """Tell whether the model refuses from the start, in words of its own.

    A refusal after some text is the filter's: here content_filter, without a word.
    """
    kinds = [block.opening["type"] for block in reply.blocks]
    return reply.stop_reason == "refusal" and "text" not in kinds


def explanation(reply: Reply) -> str:
    """Return why the model refused."""
    return (reply.stop_details or {}).get("explanation") or REFUSAL


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
