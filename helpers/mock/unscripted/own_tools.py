"""Answers with the tools that a learner brings, to a prompt that no scenario knows.

Which tool fits is decided by the words that it shares with the prompt, and its input by its
schema and what the prompt gives. It is no understanding, but the calls are valid, the same every
time, and mostly what one would expect; and the text beside them says what was made up.
"""

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..chance import dice, fingerprint
from ..rules.schemas import Judge, Path, SchemaProblem, check_shape, write_place
from ..script import prompts
from ..script.parts import Part, Text, Thinking, ToolUse
from . import tool_results
from .clues import LONGEST, TOPICS, find, without_paths, words_of
from .runners import commands
from .schema_reader import SchemaReader
from .slot_filling import SlotFiller, join_clues
from .slots import FITS, Slot
from .tool_input import write
from .values import NoCommand, ToolInput

MOST_CALLS = 6
MOST_TOOLS = 200
ENOUGH = 1.5  # the score from which a tool fits: a word of its name, or some of what it says

WEB = set(words_of("web internet online google wikipedia"))
RUNNING = set(words_of("run execute command shell terminal script code"))
ASKING = re.compile(r"(?i)\s*(who|what|when|where|which|why|how)\b")
SUMS = set(words_of("plus minus times divided multiplied sum"))
EMPTY = set(
    words_of(
        """a about all an and any are as at be by can current do does for from get given has have
        i if in into is it its list make me my name number of on one or our please return returns
        set so some string text that the this to tool two use used uses using value want what when
        where which with you your how would could should will give show tell need"""
    )
)


# A tool that takes the last words of an answer.
LAST_WORDS = re.compile(r"(?i)final_?(answer|result|response)|attempt_?completion|finish|submit")


@dataclass(frozen=True)
class Call:
    """A tool to call, and what its input is made of."""

    name: str
    written: ToolInput


def answer(request: dict[str, Any], prompt: str) -> list[Part] | None:
    """Return what to say to a prompt with the tools of a request, or None without any tools.

    A conversation that has results for the prompt already gets an answer from them, so that
    no loop goes round for ever.
    """
    tools = usable(request)
    if not tools:
        return None
    if results := tool_results.results_in(request):
        return conclude(request, [Text(tool_results.tell_results(results))])
    kind, name = _choice(request)
    forced = kind in ("any", "tool")
    try:
        calls = plan(tools, prompt, name if kind == "tool" else None, forced)
    except NoCommand as problem:
        return [Text(_no_command(problem))]
    except SchemaProblem as problem:
        return [Text(_too_hard(problem))]
    if not calls:
        return None
    if kind and request["tool_choice"].get("disable_parallel_tool_use") is True:
        calls = calls[:1]
    uses: list[Part] = [ToolUse(call.name, call.written.input) for call in calls]
    # A forced call comes at once: the API lets the model say nothing before it.
    return uses if forced else [Text(_announce(calls)), *uses]


def conclude(request: dict[str, Any], parts: Sequence[Part]) -> list[Part]:
    """Return the last words of an answer as its client wants them.

    Agents that only read tool calls offer a tool for the last words, such as final_answer;
    those that read text only look for a line that begins so.
    """
    text = "\n\n".join(part.text for part in parts if isinstance(part, Text))
    if not text or not all(isinstance(part, Text | Thinking) for part in parts):
        return list(parts)
    if prompts.wants_final_answer(request):
        if "Final Answer:" in text:
            return list(parts)
        return [Text(f"Thought: I now know the final answer.\nFinal Answer: {text}")]
    for tool in usable(request):
        schema = tool["input_schema"]
        needed = schema.get("required") if isinstance(schema, dict) else None
        if LAST_WORDS.fullmatch(tool["name"]) and isinstance(needed, list) and len(needed) == 1:
            use = ToolUse(tool["name"], {needed[0]: text})
            return [use] if _takes([tool], use) else list(parts)
    return list(parts)


def from_text(request: dict[str, Any]) -> list[Part] | None:
    """Return what to say to results that a client tells as text to a model without tools."""
    results = tool_results.results_in(request)
    return conclude(request, [Text(tool_results.tell_results(results))]) if results else None


def covers(request: dict[str, Any], prompt: str, parts: Sequence[Part]) -> bool:
    """Return whether a scenario's parts do what the prompt asks, with the request's tools.

    They don't if a tool they call isn't there or wouldn't take that input, while another fits
    the prompt; nor if the prompt asks for more calls, or names another value of an enum.
    """
    uses = [part for part in parts if isinstance(part, ToolUse)]
    tools = usable(request)
    if not uses or not tools:
        return True
    try:
        calls = plan(tools, prompt, None, forced=False)
    except SchemaProblem:
        return True
    if not calls:
        return True
    chosen = [
        (str(path[0]), call.written.given[path])
        for call in calls
        for path, clue in call.written.taken.items()
        if clue.kind == "member" and len(path) == 1
    ]
    names = Counter(call.name for call in calls)
    return (
        len(calls) <= len(uses)
        and (len(calls) == 1 or names <= Counter(use.name for use in uses))
        and all(_takes(tools, use) for use in uses)
        and all(use.input.get(name, value) == value for use in uses for name, value in chosen)
    )


def usable(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tools that the client runs by itself and that may be called now."""
    kind, name = _choice(request)
    tools = request.get("tools")
    if kind == "none" or not isinstance(tools, list):
        return []
    own = [
        tool
        for tool in tools[:MOST_TOOLS]
        if isinstance(tool, dict)
        and isinstance(tool.get("name"), str)
        and "input_schema" in tool
        and tool.get("type") in (None, "custom")
    ]
    return [tool for tool in own if tool["name"] == name] if kind == "tool" else own


def plan(
    tools: Sequence[dict[str, Any]], prompt: str, name: str | None, forced: bool
) -> list[Call]:
    """Return the calls that a prompt asks for, none if no tool fits.

    forced: call the likeliest tool even if none fits.
    Raises SchemaProblem if no input can be written for the tools that fit.
    """
    if name is None and not forced and (several := _several(tools, prompt)):
        return several
    problem: SchemaProblem | None = None
    for tool in rank(tools, prompt, forced):
        try:
            return _calls(tool, prompt)
        except NoCommand as error:
            problem = problem or NoCommand(error.path, tool["name"])
        except SchemaProblem as error:
            problem = problem or _name_tool(tool["name"], error)
    if problem is not None:
        raise problem
    return []


def rank(
    tools: Sequence[dict[str, Any]], prompt: str, everyone: bool = False
) -> list[dict[str, Any]]:
    """Return the tools that fit a prompt, the best first; if `everyone`, the others after them."""
    scores = _scores(tools, prompt)
    order = sorted(range(len(tools)), key=lambda index: (-scores[index], index))
    return [tools[index] for index in order if everyone or scores[index] >= ENOUGH]


def _scores(tools: Sequence[dict[str, Any]], prompt: str) -> list[float]:
    """Return for each tool how well its words fit the prompt.

    A word that several tools have tells little of each. For a word of a tool's own name only
    the names of the others count: what they say of it in their descriptions changes nothing.
    """
    asked = set(words_of(without_paths(prompt))) - EMPTY
    if re.search(r"\d\s*[-+*/×÷]\s*\d", prompt[:LONGEST]):
        asked |= {"calculate", *words_of("expression")} | ({"add"} if "+" in prompt else set())
    weights = [_weights(tool) for tool in tools]
    named = [set(words_of(tool["name"])) - EMPTY for tool in tools]
    scores = []
    for tool, own, names in zip(tools, weights, named, strict=True):
        score = 0.0
        for word in asked & own.keys():
            having: Sequence[Container[str]] = named if word in names else weights
            score += own[word] / sum(word in other for other in having)
        for topic in TOPICS:
            if topic & asked and topic & own.keys() and not topic & asked & own.keys():
                score += 2.5 if topic & names else 1
        if asked & SUMS and own.keys() & TOPICS[5]:
            score += 1.5
        if asked & RUNNING and commands(tool):
            score += ENOUGH
        if (
            names & WEB
            and not _needs_address(tool)
            and re.match(r"(?i)\s*(who|what|when|where|which|why|how)\b", prompt)
        ):
            score += ENOUGH
        # Each word of the name said makes the whole name likelier.
        score += len(names & asked) / len(names) if names else 0
        scores.append(score)
    return scores


def _needs_address(tool: dict[str, Any]) -> bool:
    """Return whether a tool fetches one page, and so can't look for an answer."""
    schema = tool["input_schema"]
    required = schema.get("required") if isinstance(schema, dict) else None
    needed = required if isinstance(required, list) else []
    return any(set(words_of(str(name))) & set(words_of("url uri link")) for name in needed)


def _weights(tool: dict[str, Any]) -> dict[str, float]:
    """Return the words of a tool, each with how much it says."""
    weights: dict[str, float] = {}
    schema = tool["input_schema"]
    texts: list[tuple[str, float]] = [(tool["name"], 2.5)]
    description = tool.get("description")
    if isinstance(description, str):
        texts.append((description, 0.8))
    properties = schema.get("properties") if isinstance(schema, dict) else None
    for name, part in list(properties.items())[:100] if isinstance(properties, dict) else ():
        texts.append((name, 0.8))
        members = part.get("enum") if isinstance(part, dict) else None
        for member in members[:100] if isinstance(members, list) else ():
            texts.append((str(member), 1.5))
    for text, weight in texts:
        for word in words_of(text):
            if word not in EMPTY:
                weights[word] = max(weights.get(word, 0), weight)
    return weights


def _calls(tool: dict[str, Any], prompt: str) -> list[Call]:
    """Return one call of a tool, or several if the prompt names several things for it."""
    schema = tool["input_schema"]
    source = fingerprint([tool["name"], prompt], 0)
    clues = find(prompt, frozenset(_weights(tool)))
    held = commands(tool)
    first = write(schema, prompt, clues, dice(source, "made up"), held)
    calls = [Call(tool["name"], first)]
    slots = list(SlotFiller(SchemaReader(schema, prompt), held).slots(schema, ()))
    for path, clue in first.taken.items():
        if clue.kind not in ("name", "quoted", "email", "url", "file", "date", "code", "number"):
            continue
        if not _is_only(slots, path, clue.kind):
            continue
        others = join_clues(prompt, clue, clues)
        for other in others[: MOST_CALLS - 1]:
            rest = [one for one in clues if one != clue and one not in others]
            like = replace(other, before=clue.before, after=clue.after, weak=clue.weak)
            again = write(schema, prompt, [*rest, like], dice(source, "made up"), held)
            if again.given.get(path) is not None and again.input != first.input:
                calls.append(Call(tool["name"], again))
        if len(calls) > 1:
            break
    return calls


def _is_only(slots: Sequence[Slot], path: Path, kind: str) -> bool:
    """Return whether a place takes one value, and no other place would take that kind of it."""
    takers = [slot for slot in slots if slot.kind == "text" or kind in FITS[slot.kind]]
    return [(slot.path, slot.many) for slot in takers if slot.needed or slot.kind != "text"] == [
        (path, False)
    ]


def _several(tools: Sequence[dict[str, Any]], prompt: str) -> list[Call]:
    """Return the calls of a prompt whose parts ask for different things; none if they don't."""
    segments: list[tuple[int, str]] = []
    for part in _parts(prompt):
        scores = _scores(tools, part)
        best = max(range(len(tools)), key=lambda index: (scores[index], -index))
        starts = scores[best] >= ENOUGH
        if segments and (not starts or not _stands_alone(tools[best], part)):
            segments[-1] = (segments[-1][0], segments[-1][1] + " and " + part)
        elif starts:
            segments.append((best, part))
        elif not segments:
            return []
    if len(segments) < 2 or len(segments) > MOST_CALLS:
        return []
    try:
        calls = [call for index, part in segments for call in _calls(tools[index], part)]
    except SchemaProblem:
        return []
    return calls[:MOST_CALLS]


def _parts(prompt: str) -> list[str]:
    """Return a prompt cut at `and`, `then` and the ends of sentences, but not within quotes."""
    text = prompt[:LONGEST]
    held = re.sub(
        r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|(?<!\w)'[^'\n]*'(?!\w)",
        lambda found: "\0" * len(found[0]),
        text,
    )
    parts, start = [], 0
    for found in re.finditer(r"(?i)[,;]?\s+(?:and|then)\s+(?:also\s+|then\s+)?|[;?!.]\s+", held):
        parts.append(text[start : found.start()])
        start = found.end()
    return [part for part in [*parts, text[start:]] if part.strip()][:40]


def _stands_alone(tool: dict[str, Any], part: str) -> bool:
    """Return whether a part of a prompt gives all that a tool needs."""
    names = set(words_of(tool["name"])) - EMPTY
    asked = set(words_of(part))
    if not (names & asked or any(topic & names and topic & asked for topic in TOPICS)):
        return False
    try:
        clues = find(part, frozenset(_weights(tool)))
        written = write(tool["input_schema"], part, clues, dice("", "made up"), commands(tool))
    except SchemaProblem:
        return False
    return not written.made_up


def _takes(tools: Sequence[dict[str, Any]], use: ToolUse) -> bool:
    schema = next((tool["input_schema"] for tool in tools if tool["name"] == use.name), False)
    properties = schema.get("properties") if isinstance(schema, dict) else None
    known = properties if isinstance(properties, dict) else use.input
    try:
        check_shape(schema)
        return Judge(schema).accepts(
            {name: value for name, value in use.input.items() if name in known}, schema
        )
    except (SchemaProblem, RecursionError):
        return True


def _choice(request: dict[str, Any]) -> tuple[Any, Any]:
    choice = request.get("tool_choice")
    return (choice.get("type"), choice.get("name")) if isinstance(choice, dict) else (None, None)


# What is said


def _announce(calls: Sequence[Call]) -> str:
    names = list(dict.fromkeys(call.name for call in calls))
    often = len(calls) - len(names)
    text = f"I'll use {_and(names)} for that."
    if often:
        text = f"I'll use {_and(names)} for that, in {len(calls)} calls."
    made_up = list(
        dict.fromkeys(write_place(path) for call in calls for path in call.written.made_up)
    )
    if made_up:
        which = _and([f"`{one}`" for one in made_up[:6]])
        it = "it" if len(made_up) == 1 else "them"
        text += f" Your prompt doesn't give {which}, so I made {it} up."
    return text


def _too_hard(problem: SchemaProblem) -> str:
    return (
        f"One of your tools fits, but I couldn't write a valid input for it. {problem}.\n\n"
        "I'm the course's offline API, not a model: I make values by the rules of the schema. "
        "A `default`, `examples` or an `enum` on that property would tell me one that works."
    )


def _no_command(problem: NoCommand) -> str:
    return (
        f"I'd use {problem.why} for that, but your prompt quotes no "
        f"`{write_place(problem.path)}` for it, and I never make up what is run on your machine. "
        "Write it in quotes or backticks, and I'll pass it on as it stands."
    )


def _name_tool(tool: str, problem: SchemaProblem) -> SchemaProblem:
    named = SchemaProblem(problem.path, problem.why)
    named.args = (f"In {tool}, at `{write_place(problem.path)}`: {problem.why}",)
    return named


def nothing_fits(request: dict[str, Any]) -> str:
    """Return a sentence about tools that were offered and don't fit; empty without any."""
    names = [tool["name"] for tool in usable(request)]
    if not names:
        return ""
    return (
        f"None of your tools ({', '.join(names[:10])}) seems to fit: I choose by the words that a "
        "prompt shares with a tool's name, description and properties. Name one in the prompt, "
        "or set tool_choice.\n\n"
    )


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
