"""Which values a property wants, and how well a clue of the prompt fits it."""

from dataclasses import dataclass
from typing import Any

from ..rules.schemas import Path, types_of
from .clues import Clue, words_of

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
FORMAT_KINDS = {"email": "email", "uri": "url", "url": "url", "date": "date", "time": "time"}
BESIDE = 8  # the score of a value that stands right behind the name of its property


@dataclass(frozen=True)
class Slot:
    """A place in the input that a clue can fill.

    kind: what it wants, one of FITS.
    words: those of its name, by their stem.
    many: whether it is a list and takes several clues.
    """

    path: Path
    schema: dict[str, Any]
    kind: str
    words: tuple[str, ...]
    needed: bool
    many: bool = False


def kind_of(path: Path, schema: dict[str, Any]) -> str:
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


def score_of(slot: Slot, clue: Clue, sure: bool) -> float:
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
