"""What becomes of an agent whose connection breaks, for each byte at which it may break.

A cut has one of six outcomes. The first three are what an honest client may do; the
others are what a user, a bill or the next request suffers from.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from helpers.history import Message

__all__ = [
    "CELLS",
    "OUTCOMES",
    "Chaos",
    "Cut",
    "Outcome",
    "Seen",
    "arguments",
    "around",
    "counts",
    "judge",
    "offsets",
    "places",
    "rows",
    "sentence",
    "table",
    "tell",
]

CELLS = 64  # in a row


@dataclass(frozen=True)
class Outcome:
    """One thing that may come of a cut.

    Attributes:
        letter: what stands in its cells.
        meaning: what it is, in a few words.
    """

    letter: str
    meaning: str


OUTCOMES: dict[str, Outcome] = {
    "recovered": Outcome("✓", "same answer as without the cut"),
    "ended": Outcome("E", "named error, history usable"),
    "kept": Outcome("K", "a part kept, history usable"),
    "refused": Outcome("R", "the API refuses what follows"),
    "wrong": Outcome("W", "ran twice, other text, crash"),
    "hung": Outcome("H", "it doesn't end"),
}


@dataclass(frozen=True)
class Cut:
    """What became of one cut.

    Attributes:
        answer: which answer broke off, from 0.
        at: the bytes of it that came.
        outcome: a key of OUTCOMES.
        words: what happened, in one sentence.
    """

    answer: int
    at: int
    outcome: str
    words: str


@dataclass(frozen=True)
class Chaos:
    """A map: the answers that were cut, and what came of it so far.

    Attributes:
        answers: the bytes of each, as they come without a cut.
        every: bytes between two cuts.
        cuts: in the order of `places`.
        state: "ready", "running", "done", "stopped" or "failed".
        problem: why it failed.
    """

    answers: tuple[bytes, ...] = ()
    every: int = 8
    cuts: tuple[Cut, ...] = ()
    state: str = "ready"
    problem: str = ""


def places(answers: Iterable[bytes], every: int) -> list[tuple[int, int]]:
    """Return where cuts are made: (answer, bytes that come before it)."""
    return [(n, at) for n, answer in enumerate(answers) for at in range(0, len(answer), every)]


def rows(chaos: Chaos) -> list[tuple[int, int, list[Cut | None]]]:
    """Return the map's rows: (answer, first offset, its cells); None where nothing is known."""
    known = {(cut.answer, cut.at): cut for cut in chaos.cuts}
    step = CELLS * chaos.every
    return [
        (
            number,
            first,
            [
                known.get((number, at))
                for at in range(first, min(first + step, len(answer)), chaos.every)
            ],
        )
        for number, answer in enumerate(chaos.answers)
        for first in range(0, len(answer), step)
    ]


def counts(chaos: Chaos) -> dict[str, int]:
    """Return how many cuts had each outcome, in the order of OUTCOMES."""
    found = Counter(cut.outcome for cut in chaos.cuts)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def offsets(chaos: Chaos, outcome: str) -> list[tuple[int, int, int]]:
    """Return the stretches that had an outcome: (answer, first offset, last offset)."""
    stretches: list[tuple[int, int, int]] = []
    for cut in chaos.cuts:
        if cut.outcome != outcome:
            continue
        if stretches and stretches[-1][::2] == (cut.answer, cut.at - chaos.every):
            stretches[-1] = (*stretches[-1][:2], cut.at)
        else:
            stretches.append((cut.answer, cut.at, cut.at))
    return stretches


def around(answer: bytes, at: int, before: int = 40, after: int = 24) -> tuple[str, str]:
    """Return the bytes before and after a cut as text, with visible line ends."""
    halves = answer[max(at - before, 0) : at], answer[at : at + after]
    first, second = (half.decode("utf-8", "replace").replace("\n", "⏎") for half in halves)
    return first, second


# What a run showed, and what to make of it


@dataclass
class Seen:
    """What a run left behind.

    Attributes:
        messages: the conversation, with what the run has added.
        given: how many messages there were before it.
        shown: the text that a user has read.
        told: whether the run said that it began again or went on.
        requests: how many it has sent.
        runs: how often each tool ran, by (name, arguments as JSON).
        once: names of the tools that must not run twice.
        error: what it raised, or ended with.
        refusal: the API's words against a request, or against the conversation and one
            more message of the user.
        hung: why it was given up.
    """

    messages: list[Message] = field(default_factory=list)
    given: int = 0
    shown: str = ""
    told: bool = False
    requests: int = 0
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    once: frozenset[str] = frozenset()
    error: BaseException | None = None
    refusal: str = ""
    hung: str = ""

    def turns(self) -> list[list[Mapping[str, Any]]]:
        """Return the blocks of each turn of the assistant that the run has added."""
        new = self.messages[self.given :]
        return [_blocks(message) for message in new if message.get("role") == "assistant"]

    def text(self) -> str:
        """Return all text that the run has added to the conversation."""
        blocks = [block for turn in self.turns() for block in turn]
        return "".join(str(block.get("text", "")) for block in blocks if block["type"] == "text")


def _blocks(message: Message) -> list[Mapping[str, Any]]:
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    found = content if isinstance(content, list) else []
    return [block for block in found if isinstance(block, Mapping) and "type" in block]


# Raised by code that did not expect what came. What a program defines itself, even as one
# of these, it has thought of.
_BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)


def is_bug(error: BaseException) -> bool:
    """Say whether an exception is a crash, not an error with a name."""
    own = type(error).__module__ not in ("builtins", "json.decoder")
    return isinstance(error, httpx.StreamError) or (isinstance(error, _BUGS) and not own)


def judge(seen: Seen, healthy: Seen, answer: int) -> tuple[str, str]:
    """Return the outcome of a cut, and what happened in one sentence.

    Args:
        seen: the run that was cut.
        healthy: the same run without a cut.
        answer: which of its answers was cut, from 0.
    """
    if wrong := _twice(seen, healthy):
        return "wrong", wrong
    if seen.hung:
        return "hung", f"It doesn't end: {seen.hung}."
    if seen.error is not None and is_bug(seen.error):
        return "wrong", f"It crashed with {_name(seen.error)}."
    if seen.refusal:
        return "refused", f"The API would refuse what is sent next: {_stop(seen.refusal)}"
    if wrong := _forgotten(seen):
        return "wrong", wrong
    if seen.error is None:
        if seen.text() == healthy.text():
            return _same_answer(seen, healthy)
        if not (seen.told or _asks_to_go_on(seen, healthy)):
            return "wrong", _another_text(seen, healthy)
    part = sum(map(len, seen.turns())) > sum(map(len, healthy.turns()[:answer]))
    how = f"It ended with {_name(seen.error)}" if seen.error is not None else "It said so"
    if seen.error is None and _asks_to_go_on(seen, healthy):
        how = "It asked the model to go on"
    if part:
        length = len(seen.text()) - sum(len(_text(turn)) for turn in healthy.turns()[:answer])
        return (
            "kept",
            f"{how}, and kept a part of this answer: {max(length, 0):,} characters of text.",
        )
    return "ended", f"{how}, and kept nothing of this answer; the history can be sent."


def _text(turn: Iterable[Mapping[str, Any]]) -> str:
    return "".join(str(block.get("text", "")) for block in turn if block["type"] == "text")


def _twice(seen: Seen, healthy: Seen) -> str:
    for call, times in seen.runs.items():
        name, given = call
        if name in seen.once and times > max(healthy.runs[call], 1):
            return f"{name}({_short(given, 60)}) ran {times} times, and must run once."
    return ""


def _forgotten(seen: Seen) -> str:
    new = seen.messages[seen.given :]
    called = Counter(
        block.get("name")
        for message in new
        for block in _blocks(message)
        if block["type"] == "tool_use"
    )
    for name in sorted(seen.once):
        times = sum(count for (ran, _), count in seen.runs.items() if ran == name)
        if times > called[name]:
            return f"{name} ran, and the history doesn't say so: the model will call it again."
    return ""


def _same_answer(seen: Seen, healthy: Seen) -> tuple[str, str]:
    if seen.shown != healthy.shown and not seen.told:
        more = len(seen.shown) - len(healthy.shown)
        return "wrong", f"It began again without saying so: {more:,} characters were shown twice."
    more = seen.requests - healthy.requests
    if more > 0:
        times = "once" if more == 1 else f"{more} times"
        return "recovered", f"It asked again {times}, and gave the same answer as without the cut."
    return "recovered", "All that counts had come: the same answer as without the cut."


def _asks_to_go_on(seen: Seen, healthy: Seen) -> bool:
    def count_texts(run: Seen) -> int:
        new = [message for message in run.messages[run.given :] if message.get("role") == "user"]
        return sum(block["type"] == "text" for message in new for block in _blocks(message))

    return count_texts(seen) > count_texts(healthy)


def _another_text(seen: Seen, healthy: Seen) -> str:
    got, wanted = len(seen.text()), len(healthy.text())
    if got == wanted:
        return "It ended as if nothing had happened, with another text."
    return (
        f"It ended as if nothing had happened, with {got:,} of {wanted:,} characters of text."
        if got < wanted
        else f"It ended as if nothing had happened, with {got - wanted:,} characters too many."
    )


def _name(error: BaseException) -> str:
    words = " ".join(str(error).split())
    name = type(error).__name__
    return f"{name} ({_short(words.rstrip('.'), 100)})" if words else name


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _stop(words: str) -> str:
    words = _short(" ".join(words.split()), 220)
    return words if words.endswith((".", "…")) else words + "."


# In words


def sentence(chaos: Chaos) -> str:
    """Return what there is to say of the map as a whole."""
    done, planned = len(chaos.cuts), len(places(chaos.answers, chaos.every))
    found = ", ".join(f"{count:,} {name}" for name, count in counts(chaos).items() if count)
    match chaos.state:
        case "failed":
            return f"✕ {chaos.problem}"
        case "ready":
            return "Nothing was cut yet."
        case "running":
            return f"Cut {done:,} of {planned:,}."
        case "stopped":
            return f"Stopped after {done:,} of {planned:,} cuts: {found or 'nothing known'}."
    bad = sum(counts(chaos)[name] for name in ("refused", "wrong", "hung"))
    return f"{'✕' if bad else '✓'} {done:,} cuts: {found}."


def tell(chaos: Chaos) -> str:
    """Return the map in words: counts, and the offsets of each outcome."""
    sizes = ", ".join(f"{len(answer):,}" for answer in chaos.answers)
    lines = ["Chaos map", sentence(chaos)]
    if sizes:
        each = "byte" if chaos.every == 1 else f"{chaos.every} bytes"
        lines.append(f"A cut each {each}; the answers have {sizes} bytes.")
    for name, count in counts(chaos).items():
        if count:
            lines.append(f"{OUTCOMES[name].letter} {name} ({OUTCOMES[name].meaning}): {count:,}")
            lines += [f"    {line}" for line in _stretches(chaos, name)]
    return "\n".join(lines)


MOST_STRETCHES = 12  # in words, for each answer


def _stretches(chaos: Chaos, outcome: str) -> Iterable[str]:
    found = offsets(chaos, outcome)
    for number in range(len(chaos.answers)):
        mine = [
            f"{first:,}" if first == last else f"{first:,}–{last:,}"
            for answer, first, last in found
            if answer == number
        ]
        if mine:
            more = len(mine) - MOST_STRETCHES
            rest = f" and {more:,} more stretches" if more > 0 else ""
            yield f"answer {number + 1}, bytes {', '.join(mine[:MOST_STRETCHES])}{rest}"


def table(chaos: Chaos) -> list[Sequence[str]]:
    """Return the map as rows of words, with their heading."""
    return [
        ("outcome", "what it means", "cuts", "where"),
        *(
            (name, OUTCOMES[name].meaning, f"{count:,}", "; ".join(_stretches(chaos, name)))
            for name, count in counts(chaos).items()
        ),
    ]


def arguments(given: Mapping[str, Any]) -> str:
    """Return a tool's arguments as JSON, to tell runs apart."""
    return json.dumps(given, sort_keys=True, ensure_ascii=False, default=repr)
