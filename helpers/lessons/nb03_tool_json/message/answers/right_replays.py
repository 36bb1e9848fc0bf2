import json
from typing import Any, NamedTuple


class ToolCall(NamedTuple):
    index: int
    id: str
    name: str
    input: dict | None
    raw: str


class Block:
    """A content block that grows."""

    def __init__(self, start: dict[str, Any]) -> None:
        self.start = start
        self.deltas: list[dict[str, Any]] = []
        self.state = "open"

    def pieces(self, kind: str, field: str) -> str:
        return "".join(delta[field] for delta in self.deltas if delta["type"] == kind)

    @property
    def raw(self) -> str:
        return self.pieces("input_json_delta", "partial_json")

    @property
    def input(self) -> Any:
        if not self.raw.strip():
            return self.start["input"]
        try:
            value = json.loads(self.raw)
        except json.JSONDecodeError:
            return None
        return value if type(value) is dict else None

    def content(self) -> dict[str, Any]:
        block = {**self.start}
        if text := self.pieces("text_delta", "text"):
            block["text"] += text
        if thinking := self.pieces("thinking_delta", "thinking"):
            block["thinking"] += thinking
        if signature := self.pieces("signature_delta", "signature"):
            block["signature"] = signature
        cited = [one["citation"] for one in self.deltas if one["type"] == "citations_delta"]
        if cited:
            block["citations"] = list(block.get("citations") or []) + cited
        if "input" in block:
            block["input"] = (self.input if self.state != "open" else None) or {}
        return block


class MessageAssembler:
    """Notes what comes; everything else is worked out when somebody asks."""

    def __init__(self) -> None:
        self.blocks: dict[int, Block] = {}
        self.top: dict[str, Any] = {}
        self.usage: dict[str, Any] = {}

    def feed(self, event: dict[str, Any]) -> list[Any]:
        kind = event["type"]
        if kind == "content_block_delta":
            self.blocks[event["index"]].deltas.append(event["delta"])
        elif kind == "content_block_stop":
            self.blocks[event["index"]].state = "closed"
        elif kind == "content_block_start":
            moved_on = self.complete()
            self.blocks[event["index"]] = Block(event["content_block"])
            return moved_on
        elif kind == "message_start":
            self.top = {**event["message"]}
            self.usage = {**self.top.pop("usage")}
        elif kind == "message_delta":
            self.top |= event["delta"]
            self.usage |= event["usage"]
            return self.complete() if event["delta"]["stop_reason"] == "tool_use" else []
        return []

    def complete(self) -> list[ToolCall]:
        calls = []
        for index, block in sorted(self.blocks.items()):
            if block.state == "closed" and block.start["type"] == "tool_use":
                block.state = "given"
                id, name = block.start["id"], block.start["name"]
                calls.append(ToolCall(index, id, name, block.input, block.raw))
        return calls

    @property
    def message(self) -> dict[str, Any]:
        content = [block.content() for _, block in sorted(self.blocks.items())]
        return {**self.top, "content": content, "usage": dict(self.usage)}
