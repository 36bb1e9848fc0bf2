"""What a conversation shows: its blocks in words, and the place that a refusal means."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Block", "BlockWords", "Message", "blocks_of", "fault_of", "seal_of", "words_of"]

Block = Mapping[str, Any]
Message = Mapping[str, Any]

WHERE = re.compile(r"messages\.(\d+)(?:\.content\.(\d+))?")


@dataclass(frozen=True)
class BlockWords:
    """A block as it is shown.

    Attributes:
        heading: what it is; "" for text.
        text: what it says.
        meaning: text, tool, done, failed, thinking or other; it has a colour and a shape.
        code: whether the text is JSON.
    """

    heading: str
    text: str
    meaning: str
    code: bool = False


def seal_of(messages: Sequence[Message], refusal: str) -> str:
    """Return what the API says to these messages; its refusal in its own words."""
    if refusal:
        return refusal
    if messages and messages[-1].get("role") == "assistant":
        return "The API would accept this, with what the user says next."
    return "The API would accept this."


def blocks_of(message: Message) -> list[Block]:
    """Return a message's blocks; text alone is one, and what is no block names itself."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    found = content if isinstance(content, list) else []
    return [block if isinstance(block, Mapping) else {"type": repr(block)} for block in found]


def _short_id(block: Block) -> str:
    return "…" + str(block.get("id") or block.get("tool_use_id") or "")[-4:]


def _result_text(block: Block) -> str:
    content = block.get("content", "")
    if isinstance(content, str):
        return content or "(nothing)"
    parts = blocks_of({"content": content})
    return " ".join(str(part.get("text", f"[{part.get('type')}]")) for part in parts) or "(nothing)"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)


def words_of(block: Block) -> BlockWords:
    """Return a block as it is shown."""
    match block:
        case {"type": "text", "text": text}:
            return BlockWords("", str(text) or "(empty)", "text")
        case {"type": "tool_use", "name": name, "input": given}:
            return BlockWords(
                f"tool_use {name} {_short_id(block)}", _json(given), "tool", code=True
            )
        case {"type": "tool_result"}:
            failed = block.get("is_error") is True
            heading = f"{'✕' if failed else '✓'} tool_result {_short_id(block)}"
            heading += " is_error" if failed else ""
            return BlockWords(heading, _result_text(block), "failed" if failed else "done")
        case {"type": "thinking", "thinking": thought}:
            heading = "thinking" + (", signed" if block.get("signature") else ", not signed")
            return BlockWords(heading, str(thought) or "(omitted)", "thinking")
        case _:
            rest = {name: value for name, value in block.items() if name != "type"}
            return BlockWords(str(block.get("type")), _json(rest), "other", code=True)


def fault_of(refusal: str) -> tuple[int | None, int | None]:
    """Return the message that a refusal names, and its block, if it does."""
    found = WHERE.search(refusal)
    if not found:
        return None, None
    return int(found[1]), None if found[2] is None else int(found[2])
