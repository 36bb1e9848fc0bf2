"""A request for a response: what it must look like, and as the Messages API has it."""

from typing import Any

from . import output as openai_output
from .checks import expect, expect_number, expect_one_of
from .errors import OpenAIError, missing
from .requests import NO_LIMIT, arguments_of, check_streaming, thinking_of, tool_result, tools_of

ROLES = ("assistant", "system", "developer", "user")
LEAST_OUTPUT_TOKENS = 16


def check(request: dict[str, Any]) -> None:
    """Raise OpenAIError unless the request can be answered."""
    if "input" not in request:
        raise missing("input")
    expect("input", request["input"], "one of a string or array of objects")
    if not request["input"]:
        raise OpenAIError(
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be "
            "provided.",
            code="missing_required_parameter",
        )
    if isinstance(request["input"], list):
        for index, item in enumerate(request["input"]):
            check_item(f"input[{index}]", item)
    if request.get("previous_response_id") is not None:
        expect("previous_response_id", request["previous_response_id"], "a string")
    if request.get("instructions") is not None:
        expect("instructions", request["instructions"], "a string")
    if request.get("max_output_tokens") is not None:
        expect_number("max_output_tokens", request["max_output_tokens"], LEAST_OUTPUT_TOKENS)
    if request.get("reasoning") is not None:
        expect("reasoning", request["reasoning"], "an object")
    if request.get("text") is not None:
        expect("text", request["text"], "an object")
    format_of(request)
    check_tools(request)
    check_streaming(request)


def check_item(where: str, item: object) -> None:
    """Raise OpenAIError unless this is an item of a conversation."""
    expect(where, item, "an object")
    assert isinstance(item, dict)
    kind = item.get("type", "message")
    expect(f"{where}.type", kind, "a string")
    needed = {
        "message": ("role", "content"),
        "function_call": ("call_id", "name", "arguments"),
        "function_call_output": ("call_id", "output"),
    }
    for name in needed.get(kind, ()):
        if name not in item:
            raise missing(f"{where}.{name}")
        kinds = "one of a string or array of objects"
        loose = name in ("content", "output")
        expect(f"{where}.{name}", item[name], kinds if loose else "a string")
    if kind == "message":
        expect_one_of(f"{where}.role", item["role"], ROLES)
        parts = item["content"] if isinstance(item["content"], list) else []
        for index, part in enumerate(parts):
            check_part(f"{where}.content[{index}]", part, item["role"])
    if kind == "function_call_output" and isinstance(item["output"], list):
        for index, part in enumerate(item["output"]):
            check_part(f"{where}.output[{index}]", part, "user")


def check_part(where: str, part: object, role: str) -> None:
    """Raise OpenAIError unless this is a part of a message from this role."""
    expect(where, part, "an object")
    assert isinstance(part, dict)
    if "type" not in part:
        raise missing(f"{where}.type")
    from_model = ("output_text", "refusal")
    from_user = ("input_text", "input_image", "input_file", "input_audio")
    expect_one_of(f"{where}.type", part["type"], from_model if role == "assistant" else from_user)
    if part["type"] in ("input_text", "output_text"):
        if "text" not in part:
            raise missing(f"{where}.text")
        expect(f"{where}.text", part["text"], "a string")


def check_calls(items: Any, earlier: list[dict[str, Any]]) -> None:
    """Raise OpenAIError unless calls and results belong together, one to one.

    earlier: what was said up to the previous response, whose calls may be open.
    """
    last = earlier[-1]["content"] if earlier else []
    called = [block["id"] for block in last if block["type"] == "tool_use"]
    answered: list[str] = []
    for item in items if isinstance(items, list) else []:
        if item.get("type") == "function_call":
            called.append(item["call_id"])
        if item.get("type") == "function_call_output":
            if item["call_id"] not in called:
                raise OpenAIError(
                    f"No tool call found for function call output with call_id {item['call_id']}.",
                    "input",
                )
            answered.append(item["call_id"])
    for call in called:
        if call not in answered:
            raise OpenAIError(f"No tool output found for function call {call}.", "input")


def check_tools(request: dict[str, Any]) -> None:
    """Raise OpenAIError unless tools and the choice among them are as they should be."""
    tools, choice = request.get("tools") or [], request.get("tool_choice")
    expect("tools", tools, "an array of objects")
    for index, tool in enumerate(tools):
        expect(f"tools[{index}]", tool, "an object")
        for name in ("type", "name") if tool.get("type") == "function" else ("type",):
            if name not in tool:
                raise missing(f"tools[{index}].{name}")
            expect(f"tools[{index}].{name}", tool[name], "a string")
    if isinstance(choice, str):
        expect_one_of("tool_choice", choice, ("none", "auto", "required"))
    elif isinstance(choice, dict) and choice.get("type") == "function":
        if "name" not in choice:
            raise missing("tool_choice.name")
        wanted = choice["name"]
        if wanted not in [tool.get("name") for tool in tools]:
            raise OpenAIError(
                f"Tool choice '{wanted}' not found in 'tools' parameter.", "tool_choice"
            )


def to_conversation(request: dict[str, Any], earlier: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a checked request as a request of the Messages API.

    earlier: what was said up to the previous response.
    """
    limit = request.get("max_output_tokens")
    conversation: dict[str, Any] = {
        "model": request["model"],
        "max_tokens": NO_LIMIT if limit is None else limit,
        "messages": [dict(turn, content=list(turn["content"])) for turn in earlier],
    }
    instructions = [request["instructions"]] if request.get("instructions") else []
    items = request["input"]
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    said: list[dict[str, Any]] = conversation["messages"]
    for item in items:
        role, block = to_block(item)
        if block is None:
            continue
        if role == "system":
            instructions.append(block["text"])
        # All that the model says up to the next answer is one turn; so are all tool results.
        elif said and said[-1]["role"] == role and (role == "assistant" or alike(said[-1], block)):
            said[-1]["content"].append(block)
        else:
            said.append({"role": role, "content": [block]})
    if instructions:
        conversation["system"] = "\n\n".join(instructions)
    functions = [tool for tool in request.get("tools") or [] if tool["type"] == "function"]
    conversation |= tools_of(functions, request.get("tool_choice"))
    reasoning = request.get("reasoning") or {}
    thinking = thinking_of(reasoning.get("effort"), reasoning.get("summary"))
    return conversation | format_of(request) | thinking


def format_of(request: dict[str, Any]) -> dict[str, Any]:
    """Return the format of the answer as the Messages API has it, or raise OpenAIError."""
    said = f"{request.get('instructions')} {request['input']}"
    return openai_output.check("text.format", (request.get("text") or {}).get("format"), said)


def to_block(item: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """Return who says an item, and the content block that it is; None if it says nothing."""
    match item.get("type", "message"):
        case "message":
            texts = texts_of(item["content"])
            role = "system" if item["role"] == "developer" else item["role"]
            return role, {"type": "text", "text": "\n".join(texts)}
        case "function_call":
            call = {"type": "tool_use", "id": item["call_id"], "name": item["name"]}
            return "assistant", call | {"input": arguments_of(item["arguments"])}
        case "function_call_output":
            return "user", tool_result(item["call_id"], "\n".join(texts_of(item["output"])))
        case _:
            return "assistant", None


def texts_of(content: Any) -> list[str]:
    """Return the texts in a message or a result, also when it is just one."""
    parts = [{"text": content}] if isinstance(content, str) else content
    return [part["text"] for part in parts if isinstance(part.get("text"), str)]


def alike(turn: dict[str, Any], block: dict[str, Any]) -> bool:
    """Tell whether a turn and a block are both tool results."""
    return (turn["content"][0]["type"], block["type"]) == ("tool_result", "tool_result")
