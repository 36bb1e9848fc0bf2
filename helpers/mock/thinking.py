"""Whether an answer shows its thinking: what the request asks, and what the model does."""

import re
from typing import Any

# These think whether asked or not, and can't be told not to.
ALWAYS = re.compile(r"claude-(fable|mythos)-5.*|claude-opus-5-5.*")
# Up to 4.6, thinking is summarized unless the request says otherwise; since 4.7 it is omitted.
SUMMARIZES = re.compile(r"claude-3.*|claude-[a-z]+-4(-[0-6])?(-20\d{6})?|claude-[a-z]+-4-[0-6]-.*")


def display(request: dict[str, Any]) -> str | None:
    """Return how thinking is shown, "summarized" or "omitted", or None if there is none."""
    asked = request.get("thinking")
    asked = asked if isinstance(asked, dict) else {}
    if not (_thinks(asked, request) or ALWAYS.fullmatch(request["model"])):
        return None
    default = "summarized" if SUMMARIZES.fullmatch(request["model"]) else "omitted"
    return "summarized" if asked.get("display", default) == "summarized" else "omitted"


def _thinks(asked: dict[str, Any], request: dict[str, Any]) -> bool:
    # between_tools isn't described anywhere; its name says: after a tool's result, not before.
    if asked.get("type") == "between_tools":
        last = request["messages"][-1]["content"]
        return isinstance(last, list) and any(b.get("type") == "tool_result" for b in last)
    return asked.get("type") in ("adaptive", "enabled")
