"""What stays of a turn that broke off; the part `recovery`.

helpers/history.py, the conversation of the agent, goes by these rules, too.
"""

from collections.abc import Collection, Iterable
from typing import Any

__all__ = ["closed", "continuation", "kept", "resendable"]

OWN_CALLS = ("server_tool_use", "mcp_tool_use")  # of tools that the API runs itself
THINKING = ("thinking", "redacted_thinking")
TAIL = 200  # characters: enough of a text to find the place where it broke off


def kept(content: Iterable[dict[str, Any]], answered: Collection[str]) -> list[dict[str, Any]]:
    """A turn broke off. Return those of its blocks that may be sent again."""
    return closed(resendable(content, answered))


def resendable(
    content: Iterable[dict[str, Any]], answered: Collection[str], begun: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the blocks of a turn that the API will take back, each looked at by itself.

    `begun` has ids of calls of the API's own tools in earlier turns: one that was called side
    by side with ours gives its result in the turn after ours have.
    """
    blocks: list[dict[str, Any]] = []
    ids: set[str] = set()
    for block in content:
        match block:
            case {"type": "text"}:
                keep = bool(block["text"].strip())
            case {"type": "thinking"}:
                keep = bool(block.get("signature"))  # it comes last: without it, thinking is cut
            case {"type": "tool_use", "id": str(id)}:
                keep = id in answered and id not in ids
                ids.add(id)
            case {"type": "server_tool_use" | "mcp_tool_use", "id": str(id)}:
                keep = id not in ids
                ids.add(id)
            case {"type": str(), "tool_use_id": str(id)}:  # what a tool of the API gave back
                keep = id in ids or id in begun
            case _:
                keep = True  # what you don't know isn't yours to drop
        if keep:
            blocks.append(block)
    return blocks


def closed(
    content: Iterable[dict[str, Any]], answered: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the blocks of a turn that nothing is going to be added to.

    A call of one of the API's own tools without a result is refused then, and so is a turn
    that ends in thinking. `answered` has ids of calls whose result stands in another turn.
    """
    blocks = [*content]
    returned = [*answered, *(block.get("tool_use_id") for block in blocks)]
    blocks = [b for b in blocks if b["type"] not in OWN_CALLS or b["id"] in returned]
    while blocks and blocks[-1]["type"] in THINKING:
        blocks.pop()
    return blocks


def continuation(text: str) -> dict[str, Any]:
    """Return the user's message that asks for the rest of a text that broke off."""
    words = (
        f"Your previous response was interrupted and ended with [{text[-TAIL:]}]. "
        "Continue from where you left off."
    )
    return {"role": "user", "content": words}
