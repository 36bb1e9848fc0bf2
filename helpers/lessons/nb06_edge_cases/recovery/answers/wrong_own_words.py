# looks like: words of your own, or almost the documented ones: the model was trained on many, and
#   these are the ones that its maker recommends
# try next: Copy them from the text above, with the brackets and the full stops.
"""What stays of a turn that broke off, in the form that a learner writes.

helpers/history.py does it for the course's own agent. It also knows turns that the API has
paused and goes on with, and characters of which only half arrived.
"""

from collections.abc import Collection, Sequence
from typing import Any

__all__ = ["continuation", "kept"]

OWN_CALLS = ("server_tool_use", "mcp_tool_use")  # of tools that the API runs itself
THINKING = ("thinking", "redacted_thinking")
TAIL = 200  # characters


def kept(content: Sequence[dict[str, Any]], answered: Collection[str]) -> list[dict[str, Any]]:
    """A turn broke off. Return those of its blocks that you may send again."""
    blocks: list[dict[str, Any]] = []
    ids: set[str] = set()
    for block in content:
        match block:
            case {"type": "text"}:
                keep = bool(block["text"].strip())
            case {"type": "thinking"}:
                keep = bool(block.get("signature"))  # it comes last: without it, thinking is cut
            case {"type": "tool_use", "id": id}:
                keep = id in answered and id not in ids
                ids.add(id)
            case {"type": "server_tool_use" | "mcp_tool_use", "id": id}:
                keep = id not in ids
                ids.add(id)
            case {"tool_use_id": id}:  # what a tool of the API gave back
                keep = id in ids
            case _:
                keep = True  # what you don't know isn't yours to drop
        if keep:
            blocks.append(block)
    returned = {block["tool_use_id"] for block in blocks if "tool_use_id" in block}
    blocks = [b for b in blocks if b["type"] not in OWN_CALLS or b["id"] in returned]
    while blocks and blocks[-1]["type"] in THINKING:
        blocks.pop()
    return blocks


def continuation(text: str) -> dict[str, Any]:
    """Return the user's message that asks for the rest of a text that broke off."""
    words = (
        f"Your previous response was interrupted and ended with [{text[-TAIL:]}]. "
        "Please go on from there."
    )
    return {"role": "user", "content": words}
