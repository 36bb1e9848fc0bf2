"""Whether an answer shows its thinking: what the request asks, and what the model does."""

import re
from collections.abc import Sequence
from typing import Any

from ..rules.models import find_model
from ..script.parts import Part, RedactedThinking, ServerToolUse, Stop, Text, Thinking, ToolUse

# These think whether asked or not, as documented for each of them ("always on").
ALWAYS = re.compile(r"claude-(fable|mythos)-5.*|claude-opus-5-5.*")


def display(request: dict[str, Any]) -> str | None:
    """Return how thinking is shown, "summarized" or "omitted", or None if there is none."""
    asked = request.get("thinking")
    asked = asked if isinstance(asked, dict) else {}
    if not (_thinks(asked, request) or ALWAYS.fullmatch(request["model"])):
        return None
    # Since 4.7, the first models that don't take "enabled", thinking is omitted by default.
    model = find_model(request["model"])
    default = "summarized" if model and "enabled" in model.thinking else "omitted"
    return "summarized" if asked.get("display", default) == "summarized" else "omitted"


def _thinks(asked: dict[str, Any], request: dict[str, Any]) -> bool:
    # between_tools isn't described anywhere; its name says: after a tool's result, not before.
    if asked.get("type") == "between_tools":
        last = request["messages"][-1]["content"]
        return isinstance(last, list) and any(b.get("type") == "tool_result" for b in last)
    return asked.get("type") in ("adaptive", "enabled")


def begin_with_thinking(parts: Sequence[Part], request: dict[str, Any], prompt: str) -> list[Part]:
    """Return an answer that begins with thinking where the request's setting demands it.

    `enabled` makes a model think at the start of every turn, and the API refuses a turn with
    tools that comes back without it. What no scenario wrote is thought about the prompt itself.
    """
    asked = request.get("thinking")
    enabled = isinstance(asked, dict) and asked.get("type") == "enabled"
    if not enabled or not _begins_turn(request) or not parts:
        return list(parts)
    first = next((part for part in parts if not isinstance(part, Text) or part.text), None)
    if isinstance(first, Thinking | RedactedThinking | Stop):
        return list(parts)
    return [Thinking(_make_thinking(parts, prompt)), *parts]


def _begins_turn(request: dict[str, Any]) -> bool:
    """Return whether the last message is a user's own, not a tool's result or an answer."""
    last = request["messages"][-1]
    blocks = last["content"] if isinstance(last["content"], list) else []
    return last["role"] == "user" and not any(b.get("type") == "tool_result" for b in blocks)


def _make_thinking(parts: Sequence[Part], prompt: str) -> str:
    said = " ".join(prompt.split())
    said = said if len(said) <= 200 else said[:199].rstrip() + "…"
    heard = f"The request is: “{said}”" if said else "The request holds no text."
    called = [part.name for part in parts if isinstance(part, ToolUse | ServerToolUse)]
    if called:
        tools = " and ".join(dict.fromkeys(called))
        return f"{heard} I can't answer that by myself, so I'll call {tools} first."
    return f"{heard} No tool has to be called for that. I'll answer in words."
