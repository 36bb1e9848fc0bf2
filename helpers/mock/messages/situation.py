"""Where a conversation stands: what was asked, what was done since, what broke off."""

import json
import re
from dataclasses import dataclass
from typing import Any

from ..script import prompts

# How the API's documentation asks for the rest of an answer that broke off.
CONTINUE = re.compile(
    r"Your previous response was interrupted and ended with \[.*\]\. "
    r"Continue from where you left off\.",
    re.DOTALL,
)


@dataclass(frozen=True)
class Situation:
    """Where a conversation stands.

    prompt: what the last user message asks that isn't only tool results (prompts.py).
    turn: how many times the assistant has spoken since.
    results: what the last tools gave back, as text, in the order in which they were called.
    failed: whether one of them was an error.
    tools: the tools that the request offers, by name.
    """

    prompt: str
    turn: int
    results: tuple[str, ...]
    failed: bool
    tools: dict[str, dict[str, Any]]

    @property
    def result(self) -> str:
        """What the last tools gave back, as one text."""
        return "; ".join(self.results)


def situation(request: dict[str, Any]) -> Situation:
    """Return where the conversation in a request stands."""
    prompt, turn, failed = "", 0, False
    results: tuple[str, ...] = ()
    calls: list[Any] = []
    for message in request["messages"]:
        if message["role"] == "assistant":
            turn += 1
            calls = [block.get("id") for block in _blocks(message)]
            continue
        if message["role"] != "user":
            continue
        given = [block for block in _blocks(message) if block["type"] == "tool_result"]
        if given:
            given.sort(key=lambda block: _place(calls, block.get("tool_use_id")))
            results = tuple(_readable(block.get("content", "")) for block in given)
            failed = any(block.get("is_error") is True for block in given)
        elif turn and (told := prompts.result_in(message["content"])) is not None:
            results, failed = (_readable(told),), False
        elif (noted := prompts.result_in_notes(message["content"])) is not None:
            prompt, turn = prompts.read_question(message["content"]), 1
            results, failed = (_readable(noted),), False
        elif not (prompt and prompts.is_beside(message["content"])):
            prompt, turn, results, failed = prompts.read_question(message["content"]), 0, (), False
    # A set of tools that another server brings (mcp_toolset) has no name of its own.
    tools = {tool["name"]: tool for tool in request.get("tools") or [] if "name" in tool}
    if isinstance(choice := request.get("tool_choice"), dict) and choice.get("type") == "none":
        tools = {}
    return Situation(prompt, turn, results, failed, tools)


def before_the_break(request: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the request whose answer broke off, and the text that came of it.

    Where nobody asks to continue, there is no such text. Answers that were continued earlier
    stand in what is returned as if they had never broken off.
    """
    messages: list[dict[str, Any]] = []
    broken = False
    for message in request["messages"]:
        if broken and message["role"] == "assistant":
            whole = [*_in_blocks(messages.pop()), *_in_blocks(message)]
            messages.append({**message, "content": whole})
            broken = False
        elif message["role"] == "user" and messages and messages[-1]["role"] == "assistant":
            broken = CONTINUE.fullmatch(prompts.text_of(message["content"])) is not None
            if not broken:
                messages.append(message)
        else:
            messages.append(message)
    said = ""
    if broken:
        cut = _in_blocks(messages.pop())
        said = "".join(block["text"] for block in cut if block["type"] == "text")
    return {**request, "messages": messages}, said


def _in_blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks of a message, also if it is text alone."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _place(calls: list[Any], call: object) -> int:
    return calls.index(call) if call in calls else len(calls)


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return content if isinstance(content, list) else []


def _readable(content: object) -> str:
    """Return a tool's result as a person would say it: a JSON object by its entries."""
    text = prompts.text_of(content).strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(value, dict):
        return text
    return ", ".join(f"{str(name).replace('_', ' ')} {entry}" for name, entry in value.items())
