"""Which content answers a conversation: the scenario files, and the choice among them.

A scenario is a YAML file that says which words a prompt must hold and what to answer, turn by
turn. The choice depends on what the conversation says and on nothing else: no counter, no
memory. So a request can be sent again, or half a conversation later, and gets the same answer.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .message import Part, Text, ToolUse

FOLDER = Path(__file__).with_name("scenarios")
RESULT = "{tool_result}"  # in a scenario's text, this stands for what the tool gave back


class ScenarioError(ValueError):
    """A scenario file can't be used; the message says which file, where, and why."""


@dataclass(frozen=True)
class Turn:
    """What one turn of the assistant says, and what it says when the tool before it failed."""

    content: tuple[Part, ...]
    content_if_error: tuple[Part, ...]


@dataclass(frozen=True)
class Scenario:
    """A prompt that the offline API knows, and its answers.

    prompt: the prompt as a person would write it; it is what the fallback suggests.
    when: sets of words; the scenario fits a prompt that holds all words of one of them.
    turns: the answers; a conversation that goes on longer gets the last one again.
    without_tool: the answer to a request that doesn't offer the tool a turn wants to call.
    """

    name: str
    prompt: str
    when: tuple[frozenset[str], ...]
    turns: tuple[Turn, ...]
    without_tool: tuple[Part, ...]


@dataclass(frozen=True)
class Situation:
    """Where a conversation stands.

    prompt: the text of the last user message that isn't only tool results.
    turn: how many times the assistant has spoken since.
    result: what the last tool gave back, as text.
    failed: whether that was an error.
    tools: the tools that the request offers, by name.
    """

    prompt: str
    turn: int
    result: str
    failed: bool
    tools: dict[str, dict[str, Any]]


def load(folder: Path = FOLDER) -> list[Scenario]:
    """Return the scenarios of a folder in the order of their names."""
    return [read(path) for path in sorted(folder.glob("*.yaml"))]


def read(path: Path) -> Scenario:
    """Return the scenario in a file; raises ScenarioError if it has none that works."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _scenario(path.stem, data)
    except (yaml.YAMLError, ValueError) as error:
        raise ScenarioError(f"{path.name}: {error}") from None


def situation(request: dict[str, Any]) -> Situation:
    """Return where the conversation in a request stands."""
    prompt, turn, result, failed = "", 0, "", False
    for message in request["messages"]:
        if message["role"] == "assistant":
            turn += 1
            continue
        results = [block for block in _blocks(message) if block["type"] == "tool_result"]
        if results:
            result = "; ".join(_readable(block.get("content", "")) for block in results)
            failed = any(block.get("is_error") is True for block in results)
        else:
            prompt, turn, result, failed = _text_of(message["content"]), 0, "", False
    tools = {tool["name"]: tool for tool in request.get("tools") or []}
    if isinstance(choice := request.get("tool_choice"), dict) and choice.get("type") == "none":
        tools = {}
    return Situation(prompt, turn, result, failed, tools)


def answer(scenarios: Sequence[Scenario], request: dict[str, Any]) -> list[Part]:
    """Return what to say next in the conversation that a request holds."""
    now = situation(request)
    scenario = best_fit(scenarios, now.prompt)
    if scenario is None:
        return [Text(fallback(scenarios, now.prompt))]
    turn = scenario.turns[min(now.turn, len(scenario.turns) - 1)]
    parts = turn.content_if_error if now.failed else turn.content
    if any(isinstance(part, ToolUse) and part.name not in now.tools for part in parts):
        parts = scenario.without_tool
    return [_fill(part, now) for part in parts]


def best_fit(scenarios: Iterable[Scenario], prompt: str) -> Scenario | None:
    """Return the scenario with the most words in this prompt, or None if none fits."""
    found = words(prompt)
    fits = [
        (len(wanted), scenario)
        for scenario in scenarios
        for wanted in scenario.when
        if wanted <= found
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def fallback(scenarios: Iterable[Scenario], prompt: str) -> str:
    """Return the answer to a prompt that no scenario knows."""
    asked = " ".join(prompt.split())
    asked = asked if len(asked) <= 200 else asked[:199].rstrip() + "…"
    heard = f"You asked: “{asked}”" if asked else "There was no text in what you sent."
    known = "\n".join(f"- {scenario.prompt}" for scenario in scenarios)
    return (
        f"{heard}\n\nI'm the course's offline API, not a model: I stream like one, but I only "
        f"know what is written in my scenarios. These prompts have one:\n\n{known}\n\n"
        "Anything else gets this answer, in the same kind of bytes as a real one."
    )


def words(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case."""
    return frozenset(re.findall(r"\w+", text.casefold()))


def _fill(part: Part, now: Situation) -> Part:
    if isinstance(part, Text):
        return Text(part.text.replace(RESULT, now.result or "nothing"))
    # A learner's own tool of this name may take fewer arguments than the scenario gives.
    schema = now.tools[part.name].get("input_schema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if isinstance(properties, dict):
        accepted = {name: value for name, value in part.input.items() if name in properties}
        return ToolUse(part.name, accepted or part.input)
    return part


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return content if isinstance(content, list) else []


def _text_of(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        blocks = [block for block in content if isinstance(block, dict)]
        return "\n".join(str(block["text"]) for block in blocks if block.get("type") == "text")
    return ""


def _readable(content: object) -> str:
    """Return a tool's result as a person would say it: a JSON object by its entries."""
    text = _text_of(content).strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(value, dict):
        return text
    return ", ".join(f"{str(name).replace('_', ' ')} {entry}" for name, entry in value.items())


def _scenario(name: str, data: object) -> Scenario:
    fields = _object("the file", data, {"prompt", "when", "turns"}, {"about", "without_tool"})
    when = tuple(words(_string("when", line)) for line in _list("when", fields["when"]))
    if frozenset() in when:
        raise ValueError("each line of when must hold a word; an empty one would fit any prompt.")
    turns = []
    for index, entry in enumerate(_list("turns", fields["turns"])):
        where = f"turns[{index}]"
        turn = _object(where, entry, {"content"}, {"content_if_error"})
        content = _parts(f"{where}.content", turn["content"])
        if_error = turn.get("content_if_error")
        turns.append(
            Turn(content, _parts(f"{where}.content_if_error", if_error) if if_error else content)
        )
    without_tool: tuple[Part, ...] = ()
    if "without_tool" in fields:
        without_tool = _parts("without_tool", fields["without_tool"])
    if not without_tool and any(isinstance(p, ToolUse) for t in turns for p in t.content):
        raise ValueError("a turn calls a tool, so without_tool must say what to answer instead.")
    return Scenario(name, _string("prompt", fields["prompt"]), when, tuple(turns), without_tool)


def _parts(where: str, value: object) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, entry in enumerate(_list(where, value)):
        place = f"{where}[{index}]"
        if isinstance(entry, dict) and "tool_use" in entry:
            fields = _object(place, entry, {"tool_use"}, {"input"})
            arguments = fields.get("input", {})
            if not isinstance(arguments, dict):
                raise ValueError(f"{place}.input must be a mapping of names to values.")
            parts.append(ToolUse(_string(f"{place}.tool_use", fields["tool_use"]), arguments))
        else:
            fields = _object(place, entry, {"text"}, set())
            parts.append(Text(_string(f"{place}.text", fields["text"]).rstrip("\n")))
    return tuple(parts)


def _object(where: str, value: object, needed: set[str], more: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be a mapping with {', '.join(sorted(needed))}.")
    for name in sorted(needed - value.keys()):
        raise ValueError(f"{where} needs {name!r}.")
    for name in value.keys() - needed - more:
        known = ", ".join(sorted(needed | more))
        raise ValueError(f"{where} can't hold {name!r}; it knows {known}.")
    return value


def _list(where: str, value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{where} must be a list with at least one entry.")
    return value


def _string(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where} must be text, not {value!r}; put it in quotes if it is.")
    return value
