"""Whether an answer shows its thinking: what the request asks, and what the model does."""

import re
from typing import Any

from .facts import MODELS

# These think whether asked or not, as documented for each of them ("always on").
ALWAYS = re.compile(r"claude-(fable|mythos)-5.*|claude-opus-5-5.*")


def display(request: dict[str, Any]) -> str | None:
    """Return how thinking is shown, "summarized" or "omitted", or None if there is none."""
    asked = request.get("thinking")
    asked = asked if isinstance(asked, dict) else {}
    if not (_thinks(asked, request) or ALWAYS.fullmatch(request["model"])):
        return None
    # Since 4.7, the first models that don't take "enabled", thinking is omitted by default.
    model = MODELS.get(request["model"])
    default = "summarized" if model and "enabled" in model.thinking else "omitted"
    return "summarized" if asked.get("display", default) == "summarized" else "omitted"


def _thinks(asked: dict[str, Any], request: dict[str, Any]) -> bool:
    # between_tools isn't described anywhere; its name says: after a tool's result, not before.
    if asked.get("type") == "between_tools":
        last = request["messages"][-1]["content"]
        return isinstance(last, list) and any(b.get("type") == "tool_result" for b in last)
    return asked.get("type") in ("adaptive", "enabled")
