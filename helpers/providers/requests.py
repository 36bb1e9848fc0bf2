"""Requests of the Messages API, told to OpenAI's two APIs.

    request ──▶ chat_request ───────▶ the body of POST /v1/chat/completions
            └─▶ responses_request ──▶ the body of POST /v1/responses

What an answer depends on is told, or refused in one sentence: text, images, tools, calls
and their results, limits. What only the Messages API has and can do without is left out:
thinking, whose signature means nothing elsewhere, its own tools' results, cache marks.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from helpers.wire.payloads import REASONING_FIELDS

__all__ = ["chat_request", "responses_request"]


def chat_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request of the Messages API as one for a streamed chat completion.

    Args:
        request: the body of POST /v1/messages.

    Raises:
        ValueError: it asks for something that this API doesn't have.
    """
    messages: list[dict[str, Any]] = []
    if request.get("system"):
        messages.append({"role": "system", "content": _text(request["system"])})
    asked = _last_question(request["messages"])
    for place, message in enumerate(request["messages"]):
        blocks = _blocks(message["content"])
        if message["role"] == "assistant":
            messages += _assistant_turn(blocks, still_answers=place > asked)
        else:
            messages += _user_turn(blocks)
    body: dict[str, Any] = {
        "model": request["model"],
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if "max_tokens" in request:
        body["max_completion_tokens"] = request["max_tokens"]
    if request.get("stop_sequences"):
        body["stop"] = [*request["stop_sequences"]]
    if effort := (request.get("output_config") or {}).get("effort"):
        body["reasoning_effort"] = effort
    if schema := _schema(request):
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.get("tools"):
        body["tools"] = [
            {"type": "function", "function": _function(tool)} for tool in request["tools"]
        ]
        body |= _tool_choice(request, lambda name: {"type": "function", "function": {"name": name}})
    return body


def _last_question(messages: Sequence[Mapping[str, Any]]) -> int:
    """Return the place of the last message in which the user says something."""
    said = [
        place
        for place, message in enumerate(messages)
        if message["role"] == "user"
        and any(block["type"] != "tool_result" for block in _blocks(message["content"]))
    ]
    return max(said, default=-1)


def _assistant_turn(
    blocks: list[dict[str, Any]], still_answers: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the message of a model's turn.

    Signed thinking can't be given back to this API. Reasoning that a server has shown goes
    back to it in the turns that answer the last question: some refuse a call without it,
    and some refuse it anywhere else.
    """
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    calls = [
        {
            "id": block["id"],
            "type": "function",
            "function": {"name": block["name"], "arguments": json.dumps(block["input"])},
        }
        for block in blocks
        if block["type"] == "tool_use"
    ]
    if text or calls:
        turn = {"role": "assistant", "content": text or None}
        if calls and still_answers:
            turn |= _reasoning(blocks)
        yield {**turn, "tool_calls": calls} if calls else turn


def _reasoning(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """Return the reasoning that a server has shown, under the names under which it did."""
    found: dict[str, str] = {}
    for block in blocks:
        name = block.get("signature")
        if block["type"] == "thinking" and name in REASONING_FIELDS:
            found[name] = found.get(name, "") + block["thinking"]
    return found


def _user_turn(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the messages of a user's turn: one for each result, then one for the rest."""
    rest: list[dict[str, Any]] = []
    for block in blocks:
        if block["type"] != "tool_result":
            rest.append(block)
            continue
        content = _blocks(block.get("content") or "")
        # A tool's message is text alone here; its pictures are shown by the user.
        rest += [part for part in content if part["type"] == "image"]
        text = _failure(block) + _text([part for part in content if part["type"] != "image"])
        yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": text}
    if rest and all(block["type"] == "text" for block in rest):
        yield {"role": "user", "content": _text(rest)}
    elif rest:
        parts = [
            {"type": "image_url", "image_url": {"url": _image_url(block)}}
            if block["type"] == "image"
            else {"type": "text", "text": _text([block])}
            for block in rest
        ]
        yield {"role": "user", "content": parts}


def responses_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request of the Messages API as one for a streamed response.

    Args:
        request: the body of POST /v1/messages.

    Raises:
        ValueError: it asks for something that this API doesn't have.
    """
    if request.get("stop_sequences"):
        raise ValueError("The Responses API has no stop sequences: leave stop_sequences out.")
    body: dict[str, Any] = {
        "model": request["model"],
        "input": [
            item
            for message in request["messages"]
            for block in _blocks(message["content"])
            for item in _items(message["role"], block)
        ],
        "stream": True,
        "store": False,  # the history is ours: each request has all of it
    }
    if request.get("system"):
        body["instructions"] = _text(request["system"])
    if "max_tokens" in request:
        body["max_output_tokens"] = request["max_tokens"]
    reasoning = {}
    if effort := (request.get("output_config") or {}).get("effort"):
        reasoning["effort"] = effort
    if (request.get("thinking") or {}).get("display") == "summarized":
        reasoning["summary"] = "auto"
    if reasoning:
        body["reasoning"] = reasoning
    if schema := _schema(request):
        body["text"] = {"format": {"type": "json_schema", **schema}}
    if request.get("tools"):
        # Strict is the default here, and would refuse parameters that may be left out.
        body["tools"] = [
            {"type": "function", "strict": False, **_function(tool)} for tool in request["tools"]
        ]
        body |= _tool_choice(request, lambda name: {"type": "function", "name": name})
    return body


def _schema(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema that the answer is to follow, as this API names it; {} without one."""
    form = (request.get("output_config") or {}).get("format")
    # Strict would refuse a schema with properties that may be left out.
    return {"name": "answer", "strict": False, "schema": form["schema"]} if form else {}


def _items(role: str, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the item that a content block is; some are none."""
    match block["type"]:
        case "text" if role == "assistant":
            yield {"role": role, "content": [{"type": "output_text", "text": block["text"]}]}
        case "tool_use":
            yield {
                "type": "function_call",
                "call_id": block["id"],
                "name": block["name"],
                "arguments": json.dumps(block["input"]),
            }
        case "tool_result":
            parts = [_input(part) for part in _blocks(block.get("content") or "")]
            if mark := _failure(block):
                parts.insert(0, {"type": "input_text", "text": mark})
            texts = [part.get("text") for part in parts]
            # A text goes as it is: it is what every server understands.
            output = parts if None in texts else "".join(map(str, texts))
            yield {
                "type": "function_call_output",
                "call_id": block["tool_use_id"],
                "output": output,
            }
        case _ if role != "assistant":
            yield {"role": role, "content": [_input(block)]}


def _input(block: dict[str, Any]) -> dict[str, Any]:
    if block["type"] == "image":
        return {"type": "input_image", "image_url": _image_url(block)}
    return {"type": "input_text", "text": _text([block])}


def _blocks(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(content: str | list[dict[str, Any]]) -> str:
    """Return the text of blocks, none of which may be anything else."""
    blocks = _blocks(content)
    for block in blocks:
        if block["type"] != "text":
            raise ValueError(f"A {block['type']} block can't be sent to OpenAI's APIs from here.")
    return "\n\n".join(block["text"] for block in blocks)


def _failure(result: dict[str, Any]) -> str:
    """Return what marks a result as a failure: only words can, in these APIs."""
    return "Error: " if result.get("is_error") else ""


def _image_url(block: dict[str, Any]) -> str:
    match block["source"]:
        case {"type": "base64", "media_type": media_type, "data": data}:
            return f"data:{media_type};base64,{data}"
        case {"type": "url", "url": str(url)}:
            return url
    raise ValueError("An image can only be sent to OpenAI's APIs as base64 data or as a URL.")


def _function(tool: dict[str, Any]) -> dict[str, Any]:
    if "input_schema" not in tool:
        raise ValueError(f"OpenAI's APIs don't have the tool {tool.get('type')!r}.")
    function = {"name": tool["name"], "parameters": tool["input_schema"]}
    return function | {name: tool[name] for name in ("description", "strict") if name in tool}


def _tool_choice(
    request: Mapping[str, Any], by_name: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    """Return what a request says of the choice among its tools."""
    choice = request.get("tool_choice") or {}
    said: dict[str, Any] = {}
    match choice.get("type"):
        case "tool":
            said["tool_choice"] = by_name(choice["name"])
        case "any":
            said["tool_choice"] = "required"
        case "auto" | "none" as same:
            said["tool_choice"] = same
    if choice.get("disable_parallel_tool_use"):
        said["parallel_tool_calls"] = False
    return said
