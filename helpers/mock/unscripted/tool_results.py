"""What a client's tools gave back, and what to say of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..script import prompts


@dataclass(frozen=True)
class Result:
    """What a tool gave back: its name and input as text, and its result as text."""

    name: str
    input: str
    text: str
    failed: bool


def tell_results(results: Sequence[Result]) -> str:
    """Return the answer that a conversation's last results make."""
    lines = []
    for result in results:
        with_input = f" (called with {result.input})" if result.input else ""
        if result.failed:
            lines.append(
                f"{result.name} failed{with_input}. It says: {result.text}\n\nI would look at "
                "that message, put the input right and call it once more; if it failed again, "
                "I'd answer without it and say so."
            )
        else:
            lines.append(f"{result.name} says{with_input}: {result.text}")
    return "\n\n".join(lines)


def results_in(request: dict[str, Any]) -> list[Result]:
    """Return the results since the last prompt, each with the call it belongs to."""
    calls: dict[object, dict[str, Any]] = {}
    results: list[Result] = []
    spoken = False
    for message in request["messages"]:
        content = message.get("content")
        blocks = (
            [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []
        )
        if message.get("role") == "assistant":
            spoken = True
            calls |= {str(one.get("id")): one for one in blocks if one.get("type") == "tool_use"}
            continue
        given = [one for one in blocks if one.get("type") == "tool_result"]
        text = prompts.result_in(content) if spoken and not given else None
        text = prompts.result_in_notes(content) if text is None and not given else text
        if text is not None:
            results.append(Result("The tool", "", _readable(text), failed=False))
        elif not given and not prompts.is_beside(content):
            results = []
        for one in given:
            call = calls.get(str(one.get("tool_use_id")), {})
            name, entry = call.get("name"), call.get("input")
            results.append(
                Result(
                    name if isinstance(name, str) else "The tool",
                    _in_words(entry) if isinstance(entry, dict) else "",
                    _readable(one.get("content")),
                    one.get("is_error") is True,
                )
            )
    return results


def _readable(content: object) -> str:
    """Return a tool's result as text: JSON by its entries, and what is no text by its type."""
    if isinstance(content, list):
        blocks = [one for one in content if isinstance(one, dict)]
        texts = [
            str(one.get("text", "")) if one.get("type") == "text" else f"[{one.get('type')}]"
            for one in blocks
        ]
        content = "\n".join(texts)
    if not isinstance(content, str) or not content.strip():
        return "nothing"
    text = content.strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(value, dict) and value:
        return _in_words(value)
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return "\n" + "\n".join(f"- {_in_words(one)}" for one in value)
    return value if isinstance(value, str) and value.strip() else text


def _in_words(value: dict[str, Any]) -> str:
    def entry(one: object) -> str:
        return one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)

    return ", ".join(f"{name.replace('_', ' ')}: {entry(one)}" for name, one in value.items())
