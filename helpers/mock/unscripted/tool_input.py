"""A tool's input, written by its JSON Schema from what the prompt gives.

Two steps: `give` hands each clue of the prompt to the property it fits best, by the kind of
value and the words around it; then the schema is walked, and what it needs and the prompt
doesn't give is made up. Every value is put before the judge of schemas.py, so that what comes
out is valid, or nothing comes out.
"""

import json
import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from ..chance import below
from ..rules.patterns import samples
from ..rules.schemas import Judge, Path, SchemaProblem, check_shape, types_of
from .clues import TOPICS, Clue, place, without_quotes, words_of

DEEPEST = 12  # properties within properties; a schema may refer to itself
MOST_ITEMS = 100
MOST_ENTRIES = 20  # that a prompt gives for one list of objects
LONGEST_TEXT = 5000

# What a property's name says of the kind of its value, the last word of the name first.
KINDS = {
    "email": "email mail recipient cc bcc mailto",
    "place": "city place location town country region destination origin airport capital where "
    "state address street area departure arrival venue",
    "person": "author person user name passenger guest artist director contact customer attendee "
    "participant who firstname lastname surname invitee player member employee",
    "date": "date day deadline birthday checkin checkout",
    "time": "time hour clock",
    "url": "url uri link website webpage site href",
    "file": "file path filename filepath",
    "phrase": "query search keyword term topic q question prompt",
    "prose": "body message text content note comment sentence input",
    "title": "subject title headline heading",
    "sum": "expression formula equation calculation",
    "code": "id code key number isbn sku ticker symbol currency zip postcode reference",
}
KIND = {word: kind for kind, words in KINDS.items() for word in words_of(words)}

# Which clue is good for which kind, and how good.
FITS: dict[str, dict[str, float]] = {
    "number": {"number": 3},
    "year": {"number": 3},
    "email": {"email": 3},
    "place": {"name": 3, "quoted": 2},
    "person": {"name": 3, "quoted": 2},
    "date": {"date": 3},
    "time": {"time": 3},
    "url": {"url": 3},
    "file": {"file": 3, "quoted": 2, "glob": 1},
    "phrase": {"quoted": 4, "glob": 2, "topic": 3.5, "name": 1.5, "rest": 1},
    "prose": {"quoted": 3, "rest": 2.5, "topic": 1},
    "title": {"quoted": 3, "name": 1, "topic": 1.5},
    "sum": {"sum": 4, "quoted": 3},
    "code": {"code": 3, "quoted": 2.5, "name": 2, "number": 2, "token": 0.5},
    "text": {
        "quoted": 3, "glob": 2.5, "name": 2, "email": 2, "code": 2, "file": 1.5, "url": 1.5,
        "date": 1, "topic": 1.5, "rest": 1.5, "token": 0.5,
    },
    "member": {"member": 9},
    "command": {"quoted": 12},
}  # fmt: skip
TELLING = frozenset(("email", "url", "date", "time", "file", "member", "sum", "command"))

# Words that stand before a value, by the words in the name of its property.
CUES = {
    "from origin source start departure sender": "from leaving departing",
    "to destination target arrival recipient": "to",
    "end until": "until till to",
    "city place location town country where region": "in at for near of",
    "author artist director": "by",
    "return back": "returning return back",
    "depart departure outbound start": "on leaving departing from",
    "date day when": "on",
    "time": "at",
    "body message text content note": "saying says say reading that",
    "subject title": "titled called named",
    "name person passenger guest": "for named called is with",
    "limit count max maximum top n results number": "top first most only up",
    "year": "in from since published",
    "query search topic": "about for on find",
    "file path": "file in read open",
    "b y second": "plus and times minus by of subtract",
    "a x first": "from",
    "cc bcc": "copy copying",
}
CUE: dict[str, set[str]] = {}
for _names, _words in CUES.items():
    for _name in words_of(_names):
        CUE.setdefault(_name, set()).update(words_of(_words))

PASSED_OVER = frozenset(words_of("the a an is of line as be equal to number and with"))
FIRST = frozenset(["first", "given", "firstname"])
LAST = frozenset(["last", "family", "surname", "lastname"])
NOT = frozenset(["no", "not", "without", "don't", "never", "non", "nor", "dont"])
OFF = frozenset(["false", "off", "no"])
# Words in the name of a switch that say nothing of it, and some that a prompt holds anyway.
IDLE = frozenset(words_of("is has include should want with only use be get in on of to a the"))
VAGUE = frozenset(
    words_of("all any new full run file files i n o x v r f q s long short first last")
)
JOINED = re.compile(r"\s*(?:,|;|&|\band\b|\bor\b|\bvs\.?|\bversus\b|\bthen\b|\s)*\s*")
LINK = re.compile(
    r"\s*(?:(?:,|;|&|\band\b|\bor\b|\bvs\b|\bversus\b|\bplus\b|\bthen\b)\s*)+"
    r"(?:(?:in|at|for|of|to|near)\s+)?"
)

SIGNS = {"+": "plus", "-": "minus", "*": "times", "×": "times", "/": "divided", "÷": "divided"}
MADE_UP = {
    "email": ("ada@example.com", "alan@example.com", "grace@example.org"),
    "place": ("Lagos", "Oslo", "Lima", "Kyoto", "Nairobi"),
    "person": ("Ada Lovelace", "Alan Turing", "Grace Hopper", "Katherine Johnson"),
    "url": ("https://example.com/", "https://example.org/page"),
    "file": ("notes.txt", "data.csv"),
    "time": ("09:00:00", "12:00:00"),
    "sum": ("1 + 1", "2 * 3"),
    "code": ("A1", "B2", "C3"),
}
FORMAT_KINDS = {"email": "email", "uri": "url", "url": "url", "date": "date", "time": "time"}


BESIDE = 8  # the score of a value that stands right behind the name of its property


@dataclass(frozen=True)
class Slot:
    """A place in the input that a clue can fill.

    words: those of its name, by their stem; about: those of its description.
    many: whether it is a list and takes several clues.
    """

    path: Path
    schema: dict[str, Any]
    kind: str
    words: tuple[str, ...]
    needed: bool
    many: bool = False


@dataclass(frozen=True)
class Written:
    """A valid input.

    made_up: the properties that the prompt gave nothing for, as places in the input.
    given: what came from the prompt, by its place.
    taken: the clues that were used, by the place they went to.
    """

    input: dict[str, Any]
    made_up: tuple[Path, ...]
    given: dict[Path, Any]
    taken: dict[Path, Clue] = field(default_factory=dict)


class NoCommand(SchemaProblem):
    """A tool would run what stands at a place, and the prompt doesn't quote it."""


def write(
    schema: object,
    prompt: str,
    clues: Sequence[Clue],
    numbers: Random,
    commands: Container[Path] = (),
) -> Written:
    """Return an input for a tool with this schema; raises SchemaProblem if none can be made.

    numbers: what made-up values are drawn from.
    commands: the places of what the tool runs (runners.py); raises NoCommand if one needs a
        value that the prompt doesn't quote.
    """
    try:
        check_shape(schema)
        writer = Writer(schema, prompt, numbers, commands)
        try:
            given, taken = writer.give(clues)
        except SchemaProblem:  # a part of the schema that may not even be needed
            given, taken = {}, {}
        writer.judge.steps = 0
        problem: SchemaProblem | None = None
        for known, everything in ((given, False), ({}, False), ({}, True)):
            try:
                made = writer.start(known, everything)
            except SchemaProblem as error:
                problem = problem or error
                continue
            return replace(made, taken=taken if known else {})
        assert problem is not None
        raise problem
    except RecursionError:
        raise SchemaProblem((), "its schema is nested too deeply") from None
    except OverflowError:
        raise SchemaProblem((), "its schema holds a number that is too large") from None


class Writer:
    """Writes one input by one schema."""

    def __init__(
        self, schema: object, prompt: str, numbers: Random, commands: Container[Path] = ()
    ) -> None:
        self.schema = schema
        self.commands = commands
        self.prompt = prompt
        self.judge = Judge(schema)
        self.words = set(words_of(prompt))
        self.first = below(numbers, 60)  # where the choice among made-up values begins
        self.salt = 0
        self.given: dict[Path, Any] = {}
        self.made_up: list[Path] = []
        self.everything = False

    def start(self, given: dict[Path, Any], everything: bool) -> Written:
        """Return an input with these values in their places.

        everything: whether optional properties are written too.
        """
        self.given, self.everything, self.made_up = given, everything, []
        value = self.value(self.schema, ())
        try:
            json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        except ValueError:
            raise SchemaProblem((), "a value in its schema can't be written as JSON") from None
        if not isinstance(value, dict):
            raise SchemaProblem((), "its schema must be of type object")
        made_up = [path for path in dict.fromkeys(self.made_up) if _at(value, path)]
        return Written(value, tuple(made_up), given)

    # Reading the schema

    def flat(self, schema: object, path: Path, depth: int = 0) -> dict[str, Any]:
        """Return a schema with its $ref and allOf put into one."""
        self.judge.step(path, depth)
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise SchemaProblem(path, "the schema allows no value there")
        parts = schema.get("allOf", [])
        if "$ref" in schema:
            parts = [self.judge.look_up(schema["$ref"], path), *parts]
        own = {name: value for name, value in schema.items() if name not in ("allOf", "$ref")}
        for part in parts:
            own = _merged(self.flat(part, path, depth + 1), own)
        return own

    def variants(self, schema: dict[str, Any], path: Path) -> list[dict[str, Any]]:
        """Return what a schema may turn into by anyOf and oneOf, the likeliest first."""
        choices = schema.get("anyOf") or schema.get("oneOf")
        if not isinstance(choices, list) or not choices:
            return [schema]
        rest = {name: value for name, value in schema.items() if name not in ("anyOf", "oneOf")}
        found = []
        for choice in choices[:MOST_ITEMS]:
            try:
                found.append(_merged(rest, self.flat(choice, path, len(path))))
            except SchemaProblem:
                continue
        return sorted(found, key=lambda one: -self.mentions(one, path))

    def mentions(self, schema: dict[str, Any], path: Path) -> float:
        """Return how much a variant has to do with the prompt."""
        if schema.get("type") == "null":
            return -0.5 if self.has_given(path) else 0.5
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return 0.0
        fixed = [
            part["const"]
            for part in properties.values()
            if isinstance(part, dict) and isinstance(part.get("const"), str)
        ]
        named = sum(bool(set(words_of(one)) & self.words) for one in fixed)
        return named + sum(0.1 for name in properties if self.has_given((*path, name)))

    def has_given(self, path: Path) -> bool:
        """Return whether the prompt gives something at a place or within it."""
        return any(where[: len(path)] == path for where in self.given)

    # Handing out clues

    def slots(self, schema: object, path: Path, needed: bool = True) -> Iterator[Slot]:
        """Yield the places that a clue can fill; those in a list of objects not."""
        whole = self.flat(schema, path)
        options = [one for one in self.variants(whole, path) if one.get("type") != "null"]
        for option in options[:4] or [whole]:
            kind = self.type_for(option)
            if kind == "object" and len(path) < 5:
                required = option.get("required", [])
                for name, part in _dict(option, "properties").items():
                    yield from self.slots(part, (*path, name), needed and name in required)
            elif kind == "array" and path:
                items = self.flat(option.get("items", True), path)
                if self.type_for(items) not in ("object", "array"):
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
        kind = "command" if path in self.commands else _kind(path, schema)
        kind = "member" if _members(schema) else kind
        names = [step for step in path if isinstance(step, str)]
        words = tuple(words_of(names[-1])) if names else ()
        return Slot(path, whole, kind, words, needed, many)

    def give(self, clues: Sequence[Clue]) -> tuple[dict[Path, Any], dict[Path, Clue]]:
        """Return which value goes where, and the clue it came from.

        First what the words around a clue speak for, and only then what is left: so a passenger
        isn't taken for a place just because the prompt doesn't say where from.
        """
        slots = list(self.slots(self.schema, ()))[:200]
        lists = list(self.lists(self.schema, ()))[:20]
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
        given |= self.truths(self.schema, ())
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
        for option in self.variants(self.flat(schema, path), path):
            if self.type_for(option) == "object" and len(path) < 5:
                for name, part in _dict(option, "properties").items():
                    yield from self.lists(part, (*path, name))
            elif self.type_for(option) == "array":
                items = option.get("items", True)
                if self.type_for(self.flat(items, path)) == "object":
                    yield path, items

    def truths(self, schema: object, path: Path) -> dict[Path, Any]:
        """Return the booleans that the prompt names: true, or false after a `no`."""
        found: dict[Path, Any] = {}
        for option in self.variants(self.flat(schema, path), path):
            kind = self.type_for(option)
            if kind == "object" and len(path) < 5:
                for name, part in _dict(option, "properties").items():
                    found |= self.truths(part, (*path, name))
            elif kind == "boolean" and path:
                told = _told(str(path[-1]), self.prompt)
                if told is not None:
                    found[path] = told
        return found

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
                score = _score(slot, clue, sure)
                if score and slot.many and clue.kind == "name":
                    score += 2 * bool(joined(self.prompt, clue, clues))  # several for a list
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
            values = [self.turned(slot, one) for one in run]
            if None in values:
                continue
            value = values if slot.many else values[0]
            if self.judge.accepts(value, slot.schema):
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
                    value = self.turned(other, clue)
                    if value is not None and self.judge.accepts(value, other.schema):
                        given.setdefault(other.path, value)

    def following(self, slot: Slot, first: Clue, clues: Sequence[Clue]) -> list[Clue]:
        """Return the clues that are joined to this one by a comma or an `and`."""
        return joined(self.prompt, first, [*clues, *self.members(slot)])

    def members(self, slot: Slot) -> Iterator[Clue]:
        """Yield where the prompt names one of the values that the schema lists."""
        values = _members(slot.schema) or _members(_dict_or_true(slot.schema.get("items")))
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

    def turned(self, slot: Slot, clue: Clue) -> Any:
        """Return a clue's value as the slot takes it, or None."""
        items = self.flat(slot.schema.get("items", True), slot.path) if slot.many else slot.schema
        likeliest = next(iter(self.variants(items, slot.path)), items)
        types = set(types_of(items)) or {self.type_for(likeliest)}
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

    # Writing values

    def value(self, schema: object, path: Path) -> Any:
        """Return a value for a schema; raises SchemaProblem if none can be made."""
        if len(path) > DEEPEST:
            raise SchemaProblem(path, "its schema refers to itself without end")
        whole = self.flat(schema, path)
        problem = None
        for variant in self.variants(whole, path):
            made_up = len(self.made_up)
            candidates = self.candidates(variant, path)
            while True:
                try:
                    candidate = next(candidates)
                except StopIteration:
                    break
                except SchemaProblem as error:
                    self.judge.step(path, 0)
                    problem = problem or error
                    break
                fault = self.judge.fault(candidate, schema, path)
                if fault is None:
                    return candidate
                problem = problem or SchemaProblem(fault.path, fault.why)
            del self.made_up[made_up:]
        raise problem or SchemaProblem(path, "no value fits its schema")

    def candidates(self, schema: dict[str, Any], path: Path) -> Iterator[Any]:
        """Yield values worth a try, the best first."""
        if path in self.given:
            yield self.given[path]
        if path in self.commands:
            raise NoCommand(path, "the prompt quotes nothing to run")
        if "default" in schema and not self.has_given(path):
            yield schema["default"]
        if "const" in schema:
            yield schema["const"]
        fixed = _members(schema)
        shift = self.salt % len(fixed) if fixed else 0
        if fixed:
            self.made_up.append(path)
            yield from fixed[shift : shift + MOST_ITEMS] + fixed[:shift]
        examples = schema.get("examples")
        if isinstance(examples, list) and not self.has_given(path):
            shift = self.salt % len(examples) if examples else 0
            yield from examples[shift : shift + MOST_ITEMS] + examples[:shift]
        types = types_of(schema) or [self.type_for(schema)]
        if "null" in types and not self.has_given(path):
            yield None
        for kind in types:
            match kind:
                case "object":
                    yield self.an_object(schema, path)
                case "array":
                    yield self.a_list(schema, path)
                case "boolean":
                    self.made_up.append(path)
                    yield from (bool(self.salt % 2), not self.salt % 2)
                case "integer" | "number":
                    self.made_up.append(path)
                    yield from self.numbers(schema, whole=kind == "integer")
                case "string" | "any":
                    self.made_up.append(path)
                    yield from self.texts(schema, path)
        if types == ["any"]:
            yield from ({}, [], 1, True, None)

    def an_object(self, schema: dict[str, Any], path: Path) -> dict[str, Any]:
        """Return an object with what is required and what the prompt gives."""
        properties = _dict(schema, "properties")
        required = [name for name in schema.get("required", []) if isinstance(name, str)]
        least = schema.get("minProperties", 0)
        value: dict[str, Any] = {}
        for name in [*properties, *(name for name in required if name not in properties)]:
            here = (*path, name)
            part = properties.get(name, self.rest(schema, name))
            if name in required:
                value[name] = self.value(part, here)
            elif self.everything or self.has_given(here):
                made_up = len(self.made_up)
                try:
                    value[name] = self.value(part, here)
                except SchemaProblem:
                    self.judge.step(path, 0)
                    del self.made_up[made_up:]
        more = [*properties, *(f"more_{number}" for number in range(1, MOST_ITEMS))]
        for name in more:
            if len(value) >= least:
                break
            if name not in value:
                value[name] = self.value(
                    properties.get(name, self.rest(schema, name)), (*path, name)
                )
        return value

    def rest(self, schema: dict[str, Any], name: str) -> object:
        """Return the schema of a property that isn't listed."""
        for pattern, part in _dict(schema, "patternProperties").items():
            try:
                if re.search(pattern, name):
                    return part
            except re.error:
                continue
        return schema.get("additionalProperties", True)

    def a_list(self, schema: dict[str, Any], path: Path) -> list[Any]:
        """Return a list of as many entries as the prompt gives or the schema needs."""
        count = max(
            (
                index + 1
                for where in self.given
                if len(where) > len(path)
                and where[: len(path)] == path
                # Where an object would do as well, what is given may be for that.
                and isinstance(index := where[len(path)], int)
            ),
            default=0,
        )
        least = schema.get("minItems", 0)
        contained = schema.get("minContains", 1) if "contains" in schema else 0
        count = max(count, least, contained, 1 if self.everything else 0)
        if "maxItems" in schema:
            count = min(count, schema["maxItems"])
        if count > MOST_ITEMS:
            raise SchemaProblem(path, f"it must have {count} entries")
        first = schema.get("prefixItems", [])
        values: list[Any] = []
        before = self.salt
        for index in range(int(count)):
            part = first[index] if index < len(first) else schema.get("items", True)
            if index < contained:
                part = {"allOf": [part, schema["contains"]]}
            for self.salt in range(before + index, before + index + 6):
                entry = self.value(part, (*path, index))
                if schema.get("uniqueItems") is not True or entry not in values:
                    break
            values.append(entry)
        self.salt = before
        return values

    def numbers(self, schema: dict[str, Any], whole: bool) -> Iterator[float]:
        """Yield numbers about where the limits are."""
        low = _limit(schema, ("minimum", "exclusiveMinimum"), max)
        high = _limit(schema, ("maximum", "exclusiveMaximum"), min)
        step = _limit(schema, ("multipleOf",), max) or Fraction(1)
        if step <= 0:
            return
        if whole:
            step *= step.denominator
        base = Fraction(1)
        if low is not None:
            base = max(base, low)
        if high is not None:
            base = min(base, high)
        start = math.ceil(base / step)
        for offset in (0, 1, -1, 2, -2):
            yield _plain((start + self.salt + offset) * step)
        edges = [edge for edge in (low, high) if edge is not None]
        if len(edges) == 2 and not whole:
            part = Fraction(1 + self.salt % 97, 98)
            yield _plain(edges[0] + (edges[1] - edges[0]) * part)
        for edge in edges:
            for offset in (0, 1, -1):
                yield _plain((math.floor(edge / step) + offset) * step)
            if not whole:
                yield _plain(edge)

    def texts(self, schema: dict[str, Any], path: Path) -> Iterator[str]:
        """Yield texts, in the lengths and the pattern that the schema wants."""
        least, most = schema.get("minLength", 0), schema.get("maxLength", LONGEST_TEXT)
        if least > LONGEST_TEXT:
            raise SchemaProblem(path, f"it must have at least {least} characters")
        if isinstance(pattern := schema.get("pattern"), str):
            yield from samples(pattern, self.salt)
        text = self.text(schema, path)
        yield text
        if len(text) < least:
            yield (text + " ") * (int(least) // (len(text) + 1) + 1)
            yield ((text + " ") * (int(least) // (len(text) + 1) + 1))[: int(least) - 1] + "."
        for tail in ("", str(self.salt + 1)):
            if 0 <= most < len(text) + len(tail):
                yield (text[: max(int(most) - len(tail), 0)].rstrip(" ,;:") + tail)[: int(most)]
                yield (text[: max(int(most) - len(tail), 0)] + tail)[: int(most)]

    def text(self, schema: dict[str, Any], path: Path) -> str:
        """Return a text of the kind that a property seems to want."""
        form = schema.get("format")
        kind = _kind(path, schema)
        pick = self.first + self.salt
        day = (date(2027, 1, 4) + timedelta(days=pick % 300)).isoformat()
        match form:
            case "date-time":
                return f"{day}T09:00:00Z"
            case "date":
                return day
            case "time":
                return f"{9 + pick % 8:02}:00:00Z"
            case "uuid":
                numbers = Random(f"{path}/{pick}")
                digits = "".join("0123456789abcdef"[below(numbers, 16)] for _ in range(32))
                return (
                    f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
                )
            case "ipv4":
                return f"192.0.2.{1 + pick % 250}"
            case "hostname":
                return f"host{pick}.example.com"
            case "email" if self.salt >= len(MADE_UP["email"]):
                return f"ada{pick}@example.com"
            case "uri":
                return f"https://example.com/{self.salt or ''}"
            case _ if kind == "date":
                return day
        if kind in MADE_UP:
            choices = MADE_UP[kind]
            text = choices[pick % len(choices)]
            words = words_of(str(path[-1])) if path else []
            if "first" in words:
                text = text.split()[0]
            elif "last" in words:
                text = text.split()[-1]
            return text if self.salt < len(choices) else f"{text} {self.salt + 1}"
        said = " ".join(self.prompt[:LONGEST_TEXT].split())
        if kind == "title" and len(said) > 60:
            said = said[:60].rsplit(" ", 1)[0]
        said = said or "something"
        return said if not self.salt else f"{said} {self.salt + 1}"

    def type_for(self, schema: dict[str, Any]) -> str:
        """Return the type that a schema is about, guessed from its words if it names none."""
        named = [one for one in types_of(schema) if one != "null"]
        if named:
            return named[0]
        hints = (
            ("object", ("properties", "required", "additionalProperties", "minProperties")),
            ("array", ("items", "prefixItems", "minItems", "contains")),
            ("number", ("minimum", "maximum", "multipleOf", "exclusiveMinimum")),
            ("string", ("pattern", "minLength", "maxLength", "format")),
        )
        for kind, words in hints:
            if any(word in schema for word in words):
                return kind
        return "null" if types_of(schema) else "any"


def joined(prompt: str, first: Clue, clues: Iterable[Clue]) -> list[Clue]:
    """Return the clues of the same kind that follow one, joined by a comma or an `and`."""
    run, last = [], first
    for clue in sorted(clues, key=lambda one: one.start):
        if clue.kind == first.kind and clue.start >= last.end:
            if not LINK.fullmatch(prompt[last.end : clue.start]):
                break
            run.append(clue)
            last = clue
    return run


def _kind(path: Path, schema: dict[str, Any]) -> str:
    """Return the kind of value that a property wants, by its type, format, name, description."""
    names = [step for step in path if isinstance(step, str)]
    words = words_of(names[-1]) if names else []
    types = types_of(schema)
    if {"number", "integer"} & set(types) and "string" not in types:
        return "year" if "year" in words else "number"
    form = schema.get("format")
    if isinstance(form, str) and form in ("date-time", "datetime", *FORMAT_KINDS):
        return FORMAT_KINDS.get(form, "date")
    for word in reversed(words):
        if word in KIND:
            return KIND[word]
    about = schema.get("description")
    for word in words_of(about)[:12] if isinstance(about, str) else ():
        if KIND.get(word) in ("email", "place", "date", "url", "file", "sum"):
            return KIND[word]
    return "text"


def _told(name: str, prompt: str) -> bool | None:
    """Return whether a prompt asks for a switch of this name or against it; None for neither.

    All telling words of the name must stand close together: "run the tests" says nothing of
    run_in_background.
    """
    wanted = [word for word in words_of(name) if word not in IDLE]
    if not wanted or (wanted[0] in VAGUE and len(wanted) == 1):
        return None
    plain = without_quotes(prompt[:LONGEST_TEXT]).casefold().replace("’", "'")
    heard = re.findall(r"[\w']+", plain)
    places = [
        next((at for at, one in enumerate(heard) if _says(one, word)), None) for word in wanted
    ]
    found = [at for at in places if at is not None]
    if len(found) < len(wanted) or max(found) - min(found) > len(wanted) + 2:
        return None
    before, after = heard[max(min(found) - 3, 0) : min(found)], heard[max(found) + 1 :][:2]
    return not (NOT & set(before) or OFF & set(after))


def _says(heard: str, word: str) -> bool:
    """Return whether a word that was heard is this one: "recursively" for `recursive`."""
    return word in words_of(heard) or (len(word) > 4 and heard.startswith(word))


def _without(clues: Sequence[Clue], used: Sequence[Clue]) -> list[Clue]:
    return [clue for clue in clues if not any(map(clue.overlaps, used))]


def _score(slot: Slot, clue: Clue, sure: bool) -> float:
    """Return how well a clue fits a slot; 0 if not at all."""
    score = FITS[slot.kind].get(clue.kind, 0)
    if not score or (clue.kind == "glob" and slot.kind == "file" and not slot.needed):
        return 0
    before = list(clue.before)
    near = [word for word in before if word not in PASSED_OVER or word in slot.words][-1:]
    near += before[-1:]
    names = set(slot.words)
    cues = set().union(*(CUE.get(word, set()) for word in names))
    told = 0.0
    if names & set(near):
        told = BESIDE
    elif cues & set(near):
        told = 6
    elif names & set(before[-4:]):
        told = 5
    elif cues & set(before[-3:]):
        told = 3
    if clue.kind == "number" and names & set(clue.after):
        told = max(told, 5)
    if clue.kind == "number" and names & {"limit", "count", "max", "maximum", "top", "n"}:
        told = max(told, 2 if clue.after else 0)
    if not told and slot.kind == "phrase" and clue.kind == "name":
        return 0  # the whole prompt is the better question
    first = slot.needed and clue.kind == "quoted"  # quotes are for what the tool can't do without
    if not told and (sure or not slot.needed) and slot.kind not in TELLING and not first:
        return 0
    if clue.kind == "quoted" and not slot.needed and told < BESIDE:
        told -= BESIDE
    return score + told - (1 if clue.weak else 0)


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return two schemas in one; where both say something, `other` counts."""
    merged = one | other
    for word in ("properties", "patternProperties"):
        if isinstance(one.get(word), dict) and isinstance(other.get(word), dict):
            merged[word] = one[word] | other[word]
            for name in one[word].keys() & other[word].keys():
                merged[word][name] = {"allOf": [one[word][name], other[word][name]]}
    if isinstance(one.get("required"), list) and isinstance(other.get("required"), list):
        merged["required"] = [*one["required"], *other["required"]]
    for word, most in (("min", max), ("max", min), ("exclusiveMin", max), ("exclusiveMax", min)):
        for what in ("imum", "Length", "Items", "Properties"):
            name = word + what
            both = (one.get(name), other.get(name))
            if all(isinstance(limit, int | float) for limit in both):
                merged[name] = most(both)  # type: ignore[type-var]
    return merged


def _members(schema: dict[str, Any]) -> list[Any]:
    values = schema.get("enum")
    return values if isinstance(values, list) else []


def _dict(schema: dict[str, Any], word: str) -> dict[str, Any]:
    value: dict[str, Any] = schema.get(word, {})
    return value


def _dict_or_true(schema: object) -> dict[str, Any]:
    return schema if isinstance(schema, dict) else {}


def _limit(schema: dict[str, Any], words: Iterable[str], most: Any) -> Fraction | None:
    found = [schema[word] for word in words if word in schema]
    usable = [one for one in found if isinstance(one, int | float) and math.isfinite(one)]
    return Fraction(str(most(usable))) if usable else None


def _plain(number: Fraction) -> float:
    return int(number) if number.denominator == 1 else float(number)


def _at(value: Any, path: Path) -> bool:
    """Return whether a value has something at a place."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True
