"""A request for a chat completion: what it must look like, and as the Messages API has it."""

from typing import Any

from . import output as openai_output
from .checks import expect, expect_entries, expect_number, expect_one_of
from .errors import OpenAIError, missing
from .requests import NO_LIMIT, arguments_of, check_streaming, thinking_of, tool_result, tools_of

ROLES = ("system", "assistant", "user", "function", "tool", "developer")


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
            raise missing_results(open_calls, index)
        called = [call["id"] for call in entry.get("tool_calls") or []]
        open_calls = list(called)
    if open_calls:
        raise missing_results(open_calls, len(messages) - 1)


def missing_results(calls: list[str], index: int) -> OpenAIError:
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
