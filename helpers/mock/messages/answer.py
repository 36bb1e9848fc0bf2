"""Which content answers a conversation: the choice among the scenarios.

A scenario is a YAML file that says which words a prompt must hold and what to answer, turn by
turn. The choice depends on what the conversation says and on nothing else: no counter, no
memory. So a request can be sent again, or half a conversation later, and gets the same answer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..rules.output import find_schema
from ..script import prompts
from ..script.parts import Part, ServerToolUse, Text, Thinking, ToolUse
from ..script.scenario import Scenario, words
from ..unscripted import own_tools, structured, tutorials
from . import prefill, thinking
from .situation import Situation, before_the_break, situation

# In a scenario's text, this stands for what the tool gave back; with a number, for what the
# first, second, ... of several tools did.
RESULT = re.compile(r"\{tool_result(?: (\d+))?\}")


def answer(scenarios: Sequence[Scenario], request: dict[str, Any]) -> list[Part]:
    """Return what to say next in the conversation that a request holds."""
    whole, begun = prefill.split_prefill(request)
    asked, said = before_the_break(whole)
    parts = _answer(scenarios, asked)
    if said:
        rest = _rest(parts, said)
        parts = _answer(scenarios, whole) if rest is None else rest
    if begun:
        prompt = situation(whole).prompt
        return prefill.going_on(parts, begun, structured.any_value(parts, prompt))
    return thinking.begin_with_thinking(parts, request, situation(asked).prompt)


def _rest(parts: Sequence[Part], said: str) -> list[Part] | None:
    """Return what follows a text in an answer; None if that doesn't begin with it."""
    for place, part in enumerate(parts):
        if isinstance(part, Text):
            if part.text.startswith(said):
                rest = replace(part, text=part.text[len(said) :])
                return [*([rest] if rest.text else []), *parts[place + 1 :]]
            if not said.startswith(part.text):
                return None
            said = said[len(part.text) :]
    return None


def _answer(scenarios: Sequence[Scenario], request: dict[str, Any]) -> list[Part]:
    """Return what to say next where nothing is to be continued."""
    now = situation(request)
    parts = _choose_parts(scenarios, request, now)
    if (schema := find_schema(request)) is None:
        return structured.in_words(parts)
    system = prompts.text_of(request.get("system"))
    return structured.by_schema(parts, schema, " ".join([now.prompt, *now.results]), system)


def _choose_parts(
    scenarios: Sequence[Scenario], request: dict[str, Any], now: Situation
) -> Sequence[Part]:
    """Return what to say before anybody asks for a schema."""
    scenario = best_fit(scenarios, now.prompt)
    if scenario is None or not own_tools.covers(request, now.prompt, _all_parts(scenario)):
        said: Sequence[Part] | None = own_tools.answer(request, now.prompt)
        said = said or own_tools.from_text(request) or tutorials.answer(now.prompt)
        unknown = [Text(own_tools.nothing_fits(request) + fallback(scenarios, now.prompt))]
        return own_tools.conclude(request, said or unknown)
    turn = scenario.turns[min(now.turn, len(scenario.turns) - 1)]
    parts: Sequence[Part] = turn.content_if_error if now.failed else turn.content
    if not all(_is_possible(part, now.tools) for part in parts):
        parts = tutorials.answer(now.prompt) or scenario.without_tool
    filled = [_fill(part, now) for part in parts]
    return own_tools.conclude(request, filled)


def settings_for(scenarios: Sequence[Scenario], request: dict[str, Any]) -> Mapping[str, Any]:
    """Return what the scenario that answers a request changes in the settings, as JSON."""
    scenario = best_fit(scenarios, situation(before_the_break(request)[0]).prompt)
    return scenario.settings if scenario else {}


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
    known = "\n".join(f"- {scenario.prompt}" for scenario in scenarios if scenario.listed)
    return (
        f"{heard}\n\nI'm the course's offline API, not a model: I stream like one, but I only "
        f"know what is written in my scenarios. These prompts have one:\n\n{known}\n\n"
        "Anything else gets this answer, in the same kind of bytes as a real one."
    )


def _all_parts(scenario: Scenario) -> list[Part]:
    return [part for turn in scenario.turns for part in turn.content]


def _is_possible(part: Part, tools: Mapping[str, dict[str, Any]]) -> bool:
    if isinstance(part, ServerToolUse):  # {"type": "web_search_20260318", "name": "web_search"}
        return str(tools.get(part.name, {}).get("type", "")).startswith(f"{part.name}_")
    return not isinstance(part, ToolUse) or part.name in tools


def _fill(part: Part, now: Situation) -> Part:
    if isinstance(part, Text | Thinking):
        return replace(part, text=RESULT.sub(lambda found: _result(now, found[1]), part.text))
    if not isinstance(part, ToolUse):
        return part
    # A learner's own tool of this name may take fewer arguments than the scenario gives.
    schema = now.tools[part.name].get("input_schema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if isinstance(properties, dict):
        accepted = {name: value for name, value in part.input.items() if name in properties}
        return ToolUse(part.name, accepted or part.input)
    return part


def _result(now: Situation, number: str | None) -> str:
    if number is None:
        return now.result or "nothing"
    return "".join(now.results[int(number) - 1 : int(number)]) or "nothing"
