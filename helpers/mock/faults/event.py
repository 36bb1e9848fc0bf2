"""The event in a chunk, as far as a fault must read it: the Messages API's and OpenAI's.

Nothing here fails: what can't be read is no event, and a fault lets it pass.
"""

import json
from typing import Any

_write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def read(data: bytes) -> dict[str, Any]:
    """Return the JSON object in an event's bytes; an empty one if there is none."""
    start = 0 if data.startswith(b"data: ") else data.find(b"\ndata: ") + 1
    if not data.startswith(b"data: ", start):
        return {}
    try:
        event = json.loads(data[start + 6 :])
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def rewritten(data: bytes, event: dict[str, Any]) -> bytes:
    """Return an event's bytes with another JSON object in them, without padding."""
    start = 0 if data.startswith(b"data: ") else data.find(b"\ndata: ") + 1
    try:
        written = _write(event).encode()
    except UnicodeEncodeError:  # half a character, as another fault left it, has no bytes
        written = json.dumps(event, separators=(",", ":")).encode()
    return data[:start] + b"data: " + written + b"\n\n"


def fragment(event: dict[str, Any]) -> str | None:
    """Return the piece of a tool's input that an event brings."""
    delta = event.get("delta")
    if isinstance(delta, dict):
        return _text(delta.get("partial_json"))
    if event.get("type") == "response.function_call_arguments.delta":
        return _text(delta)
    call = _chat_call(event)
    return None if call is None else _text(call["function"].get("arguments"))


def tool_of(event: dict[str, Any]) -> object:
    """Return what tells the tool call of a fragment from the others of its answer."""
    call = _chat_call(event)
    if call is not None:
        return call.get("index")
    return event.get("index", event.get("output_index"))


def with_fragment(event: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the event with another piece of a tool's input."""
    copy: dict[str, Any] = json.loads(_write(event))
    call = _chat_call(copy)
    if call is not None:
        call["function"]["arguments"] = text
    elif isinstance(copy["delta"], dict):
        copy["delta"]["partial_json"] = text
    else:
        copy["delta"] = text
    return copy


def longer(event: dict[str, Any], more: str) -> dict[str, Any] | None:
    """Return an event of text with more of it; None if it brings no text."""
    copy: dict[str, Any] = json.loads(_write(event))
    choices = copy.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else copy
    delta = choice.get("delta") if isinstance(choice, dict) else None
    if isinstance(delta, dict):
        for name in ("text", "content"):
            if _text(delta.get(name)):
                delta[name] += more
                return copy
    if copy.get("type") == "response.output_text.delta" and isinstance(delta, str):
        copy["delta"] = delta + more
        return copy
    return None


def ends_message(event: dict[str, Any]) -> bool:
    """Tell whether an event says why the answer ended: after it, only formalities come."""
    if event.get("type") == "message_delta":
        return True
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(choice, dict) and choice.get("finish_reason") is not None


def _chat_call(event: dict[str, Any]) -> dict[str, Any] | None:
    try:
        call = event["choices"][0]["delta"]["tool_calls"][0]
        return call if isinstance(call["function"], dict) else None
    except (LookupError, TypeError):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
