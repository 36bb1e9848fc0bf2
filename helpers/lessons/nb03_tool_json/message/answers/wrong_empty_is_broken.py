# looks like: an empty input treated as a broken one: it is how a call without arguments looks
# try next: If no text came for the input, it is `{}`.
import json
from dataclasses import dataclass


@dataclass
class ToolCall:
    """A tool call that is complete: it may run."""

    index: int
    id: str
    name: str
    input: dict | None
    raw: str


class MessageAssembler:
    def __init__(self):
        self.start = {}
        self.usage = {}
        self.blocks = {}
        self.fragments = {}
        self.waiting = []

    def feed(self, event):
        calls = []
        match event:
            case {"type": "message_start", "message": message}:
                self.start = dict(message)
                self.usage = dict(message["usage"])
            case {"type": "content_block_start", "index": index, "content_block": block}:
                calls = self.confirmed()
                self.blocks[index] = dict(block)
                self.fragments[index] = []
            case {"type": "content_block_delta", "index": index, "delta": delta}:
                self.change(index, delta)
            case {"type": "content_block_stop", "index": index}:
                self.stop(index)
            case {"type": "message_delta", "delta": delta}:
                self.start.update(delta)
                self.usage.update(event.get("usage", {}))
                if delta.get("stop_reason") == "tool_use":
                    calls = self.confirmed()
        return calls

    def confirmed(self):
        calls, self.waiting = self.waiting, []
        return calls

    def change(self, index, delta):
        block = self.blocks[index]
        match delta:
            case {"type": "text_delta", "text": text}:
                block["text"] += text
            case {"type": "thinking_delta", "thinking": thinking}:
                block["thinking"] += thinking
            case {"type": "signature_delta", "signature": signature}:
                block["signature"] = signature
            case {"type": "citations_delta", "citation": citation}:
                block["citations"] = [*block.get("citations", []), citation]
            case {"type": "input_json_delta", "partial_json": fragment}:
                self.fragments[index].append(fragment)

    def stop(self, index):
        block = self.blocks[index]
        if "input" not in block:
            return
        raw = "".join(self.fragments[index])
        value = self.parse(raw)
        block["input"] = value or {}
        if block["type"] == "tool_use":
            self.waiting.append(ToolCall(index, block["id"], block["name"], value, raw))

    def parse(self, raw):
        try:
            value = json.loads(raw)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def message(self):
        content = [self.blocks[index] for index in sorted(self.blocks)]
        return {**self.start, "content": content, "usage": self.usage}
