"""What the requests of both endpoints share, and how the Messages API would have it."""

import json
import re
from typing import Any

from .. import rules
from ..errors import ApiError
from .checks import expect
from .errors import OpenAIError
from .models import check_model

NO_LIMIT = 128_000  # tokens of an answer when the request names no limit
NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
    "your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was "
    "not valid JSON.)"
)
# A tool's result carries no mark of failure here: only its words say so.
FAILED = re.compile(r'\s*(\{\s*"error"|error\b|traceback\b)', re.IGNORECASE)


def read(body: bytes) -> dict[str, Any]:
    """Return the request in a body, its model checked; raises OpenAIError."""
    try:
        request = rules.parse(body)
    except ApiError:
        raise OpenAIError(NOT_JSON) from None
    model = request.get("model")
    if not model:
        raise OpenAIError("you must provide a model parameter")
    expect("model", model, "a string")
    check_model(model)
    return request


def check_streaming(request: dict[str, Any]) -> None:
    """Raise OpenAIError unless what a request says of streaming makes sense."""
    if request.get("stream") is not None:
        expect("stream", request["stream"], "a boolean")
    options = request.get("stream_options")
    if options is None:
        return
    if not request.get("stream"):
        raise OpenAIError(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
        )
    expect("stream_options", options, "an object")
    for name, value in options.items():
        if value is not None:
            expect(f"stream_options.{name}", value, "a boolean")


def tool_result(call: str, text: str) -> dict[str, Any]:
    """Return what a tool gave back as the Messages API has it."""
    failed = {"is_error": True} if FAILED.match(text) else {}
    return {"type": "tool_result", "tool_use_id": call, "content": text} | failed


def thinking_of(effort: object, summary: object = None) -> dict[str, Any]:
    """Return what a request says of reasoning as the Messages API has it."""
    if effort in ("none", "minimal") or not (effort or summary):
        return {}
    return {"thinking": {"type": "adaptive", "display": "summarized" if summary else "omitted"}}


def arguments_of(text: object) -> dict[str, Any]:
    """Return the arguments that a call carries as JSON; none if they aren't an object."""
    try:
        arguments = json.loads(str(text))
    except (ValueError, RecursionError):
        return {}
    return arguments if isinstance(arguments, dict) else {}


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
