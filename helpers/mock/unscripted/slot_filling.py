"""Slot filling: each clue of a prompt goes to the property of an input that it fits best."""

import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..rules.schemas import Path, types_of
from .clues import TOPICS, Clue, place, words_of
from .schema_reader import LONGEST_TEXT, SchemaReader, find_parts, list_values, type_for
from .slots import FIRST, LAST, Slot, kind_of, score_of
from .switches import truths

MOST_ENTRIES = 20  # that a prompt gives for one list of objects
LINK = re.compile(
    r"\s*(?:(?:,|;|&|\band\b|\bor\b|\bvs\b|\bversus\b|\bplus\b|\bthen\b)\s*)+"
    r"(?:(?:in|at|for|of|to|near)\s+)?"
)
SIGNS = {"+": "plus", "-": "minus", "*": "times", "×": "times", "/": "divided", "÷": "divided"}


class SlotFiller:
    """Fills the slots of one schema with clues.

    commands: the places of what the tool runs (runners.py).
    """

    def __init__(self, reader: SchemaReader, commands: Container[Path] = ()) -> None:
        self.reader = reader
        self.prompt = reader.prompt
        self.commands = commands

    def slots(self, schema: object, path: Path, needed: bool = True) -> Iterator[Slot]:
        """Yield the places that a clue can fill; those in a list of objects not."""
        whole = self.reader.flat(schema, path)
        options = [one for one in self.reader.variants(whole, path) if one.get("type") != "null"]
        for option in options[:4] or [whole]:
            kind = type_for(option)
            if kind == "object" and len(path) < 5:
                required = option.get("required", [])
                for name, part in find_parts(option, "properties").items():
                    yield from self.slots(part, (*path, name), needed and name in required)
            elif kind == "array" and path:
                items = self.reader.flat(option.get("items", True), path)
                if type_for(items) not in ("object", "array"):
                    yield self.slot(path, option, items, needed, many=True)
            elif kind in ("string", "number", "integer", "any") and path:
                yield self.slot(path, whole, option, needed)
                if option is not whole:
                    break

    def slot(
        self,
        path: Path,
        whole: dict[str, Any],
        schema: dict[str, Any],
        needed: bool,
        many: bool = False,
    ) -> Slot:
        """Return the place that a property is."""
        kind = "command" if path in self.commands else kind_of(path, schema)
        kind = "member" if list_values(schema) else kind
        names = [step for step in path if isinstance(step, str)]
        words = tuple(words_of(names[-1])) if names else ()
        return Slot(path, whole, kind, words, needed, many)

    def fill(self, clues: Sequence[Clue]) -> tuple[dict[Path, Any], dict[Path, Clue]]:
        """Return which value goes where, and the clue it came from.

        First what the words around a clue speak for, and only then what is left: so a passenger
        isn't taken for a place just because the prompt doesn't say where from.
        """
        slots = list(self.slots(self.reader.schema, ()))[:200]
        lists = list(self.lists(self.reader.schema, ()))[:20]
        given: dict[Path, Any] = {}
        taken: dict[Path, Clue] = {}
        left = list(clues)
        for sure in (True, False):
            empty = [slot for slot in slots if slot.path not in given]
            found = [self.match(empty, left, sure)]
            left = _without(left, found[0][2])
            for path, items in lists:
                if not any(where[: len(path)] == path for where in given):
                    entries = self.entries(path, items, left, sure)
                    found += entries
                    left = _without(left, [clue for _, _, used in entries for clue in used])
            for got, by, _ in found:
                given |= got
                taken |= by
        given |= truths(self.reader, self.reader.schema, ())
        return given, taken

    def entries(
        self, path: Path, items: object, clues: Sequence[Clue], sure: bool
    ) -> list[tuple[dict[Path, Any], dict[Path, Clue], list[Clue]]]:
        """Return what the clues give for the entries of a list, one after the other."""
        found = []
        left = list(clues)
        for index in range(MOST_ENTRIES):
            slots = [
                replace(slot, needed=True) if slot.kind == "number" else slot
                for slot in self.slots(items, (*path, index))
            ]
            _, by, _ = self.match(slots, left, sure and not index)
            anchor = next((by[slot.path] for slot in slots if slot.path in by), None)
            if anchor is None:
                break
            # What stands behind the next one of its kind belongs to the next entry.
            ends = [
                one.start for one in left if one.kind == anchor.kind and one.start > anchor.start
            ]
            own = [one for one in left if anchor.start <= one.start < min(ends, default=math.inf)]
            found.append(self.match(slots, own, sure=False))
            left = [one for one in left if one.start > anchor.start]
            left = _without(left, found[-1][2])
        return found

    def lists(self, schema: object, path: Path) -> Iterator[tuple[Path, object]]:
        """Yield the places of lists of objects, each with the schema of its items."""
        for option in self.reader.variants(self.reader.flat(schema, path), path):
            if type_for(option) == "object" and len(path) < 5:
                for name, part in find_parts(option, "properties").items():
                    yield from self.lists(part, (*path, name))
            elif type_for(option) == "array":
                items = option.get("items", True)
                if type_for(self.reader.flat(items, path)) == "object":
                    yield path, items

    def match(
        self, slots: Sequence[Slot], clues: Sequence[Clue], sure: bool
    ) -> tuple[dict[Path, Any], dict[Path, Clue], list[Clue]]:
        """Return which clue goes into which slot, and all that were used; the best pair first.

        sure: leave out what only the kind of value speaks for.
        """
        pairs = []
        for number, slot in enumerate(slots):
            own = list(self.members(slot)) + (self.tokens() if "pattern" in slot.schema else [])
            for order, clue in enumerate([*own, *clues]):
                score = score_of(slot, clue, sure)
                if score and slot.many and clue.kind == "name":
                    score += 2 * bool(join_clues(self.prompt, clue, clues))  # several for a list
                if score:
                    pairs.append((score - 0.01 * order - 0.001 * number, -order, -number, clue))
        given: dict[Path, Any] = {}
        taken: dict[Path, Clue] = {}
        used: list[Clue] = []
        for _, _, number, clue in sorted(pairs, key=lambda pair: pair[:3], reverse=True):
            slot = slots[-number]
            if slot.path in given or any(map(clue.overlaps, used)):
                continue
            run = [clue]
            if slot.many:
                run += self.following(slot, clue, [c for c in clues if c not in used])
            values = [self.convert(slot, one) for one in run]
            if None in values:
                continue
            value = values if slot.many else values[0]
            if self.reader.judge.accepts(value, slot.schema):
                given[slot.path], taken[slot.path] = value, clue
                used += run
                self.share(slot, clue, slots, given)
        return given, taken, used

    def share(self, slot: Slot, clue: Clue, slots: Sequence[Slot], given: dict[Path, Any]) -> None:
        """Give the rest of a full name to the slot for it: first and last name are one clue."""
        if clue.kind == "name" and (FIRST | LAST) & set(slot.words):
            halves = FIRST if LAST & set(slot.words) else LAST
            for other in slots:
                if other.path[:-1] == slot.path[:-1] and halves & set(other.words):
                    value = self.convert(other, clue)
                    if value is not None and self.reader.judge.accepts(value, other.schema):
                        given.setdefault(other.path, value)

    def following(self, slot: Slot, first: Clue, clues: Sequence[Clue]) -> list[Clue]:
        """Return the clues that are joined to this one by a comma or an `and`."""
        return join_clues(self.prompt, first, [*clues, *self.members(slot)])

    def members(self, slot: Slot) -> Iterator[Clue]:
        """Yield where the prompt names one of the values that the schema lists."""
        items = slot.schema.get("items")
        values = list_values(slot.schema)
        if not values and isinstance(items, dict):
            values = list_values(items)
        seen: list[Clue] = []
        for value in sorted(values, key=lambda one: -len(str(one))):
            text = str(value).replace("_", " ").replace("-", " ").casefold()
            if not isinstance(value, str) or not text.strip():
                continue
            shape = r"(?<!\w)" + r"[\s_-]+".join(map(re.escape, text.split())) + r"(?:e?s)?(?!\w)"
            heard = self.prompt[:LONGEST_TEXT].casefold()
            for found in re.finditer(shape, heard) if len(text) > 1 else ():
                clue = Clue("member", value, found.start(), found.end())
                if not any(map(clue.overlaps, seen)):
                    seen.append(clue)
        seen = seen or self.alike(values)
        yield from (place(self.prompt, one) for one in sorted(seen, key=lambda one: one.start))

    def alike(self, values: Sequence[Any]) -> list[Clue]:
        """Return where the prompt says one of some values in other words: `times`, multiply."""
        heard = re.finditer(r"\w+|(?<=\d) ?[-+*/×÷] ?(?=\d)", self.prompt[:LONGEST_TEXT])
        for word in heard:
            stem = set(words_of(SIGNS.get(word[0].strip(), word[0])))
            for value in values:
                own = set(words_of(value)) if isinstance(value, str) else set()
                if any(own & topic and stem & topic for topic in TOPICS):
                    return [Clue("member", value, word.start(), word.end())]
        return []

    def tokens(self) -> list[Clue]:
        """Return the prompt's single words with a digit or a capital letter in them."""
        found = re.finditer(r"[^\s,;!?\"“”()]*[^\s,;!?\"“”().:]", self.prompt[:LONGEST_TEXT])
        clues = [Clue("token", one[0], one.start(), one.end()) for one in found]
        return [place(self.prompt, one) for one in clues if re.search(r"[\dA-Z]", one.value)]

    def convert(self, slot: Slot, clue: Clue) -> Any:
        """Return a clue's value as the slot takes it, or None."""
        items = slot.schema
        if slot.many:
            items = self.reader.flat(slot.schema.get("items", True), slot.path)
        likeliest = next(iter(self.reader.variants(items, slot.path)), items)
        types = set(types_of(items)) or {type_for(likeliest)}
        value = clue.value
        if clue.kind == "number" and not types & {"number", "integer", "any"}:
            return self.prompt[clue.start : clue.end].lstrip("-").replace(",", "")
        if clue.kind == "number" and isinstance(value, float) and value.is_integer():
            return int(value)
        last = slot.words[-1] if slot.words else ""
        if clue.kind == "name" and FIRST & set(slot.words):
            return value.split()[0]
        if clue.kind == "name" and LAST & set(slot.words):
            return value.split()[-1] if " " in value else None
        if slot.kind == "year" and last and not 1000 <= value <= 2999:
            return None
        if items.get("format") == "date-time" and clue.kind == "date" and "T" not in value:
            clock = re.search(r"T(\d\d:\d\d:\d\d)", f"T{self.clock()}")
            return f"{value}T{clock[1] if clock else '09:00:00'}Z"
        if items.get("format") == "time" and clue.kind == "time":
            return f"{value}Z"
        if clue.kind == "date" and "T" in value and items.get("format") == "date":
            return value[:10]
        if isinstance(value, str) and clue.kind in ("quoted", "rest", "topic"):
            most = items.get("maxLength")
            return value[:most] if isinstance(most, int) and slot.kind == "prose" else value
        return value

    def clock(self) -> str:
        """Return the first time of day that the prompt names, or nine in the morning."""
        found = re.search(r"\b([01]?\d|2[0-3]):([0-5]\d)\b", self.prompt[:LONGEST_TEXT])
        return f"{int(found[1]):02}:{found[2]}:00" if found else "09:00:00"


def join_clues(prompt: str, first: Clue, clues: Iterable[Clue]) -> list[Clue]:
    """Return the clues of the same kind that follow one, joined by a comma or an `and`."""
    run, last = [], first
    for clue in sorted(clues, key=lambda one: one.start):
        if clue.kind == first.kind and clue.start >= last.end:
            if not LINK.fullmatch(prompt[last.end : clue.start]):
                break
            run.append(clue)
            last = clue
    return run


def _without(clues: Sequence[Clue], used: Sequence[Clue]) -> list[Clue]:
    return [clue for clue in clues if not any(map(clue.overlaps, used))]
