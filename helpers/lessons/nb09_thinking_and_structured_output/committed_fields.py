"""Notebook 09: which fields of an unfinished JSON object may be shown."""

from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part

__all__ = ["PARTS"]

NOTEBOOK = "09_thinking_and_structured_output"


STUB = '''\
def committed(text):
    """Return a dict of the fields that can't change any more.

    text: the beginning of a JSON object; it may end anywhere. If it ends in the middle of a
        value, that field isn't in the dict yet.
    """
    ...
'''

REFERENCE = '''\
import json
import re

KEY = re.compile(r'[\\s{,]*("(?:[^"\\\\]|\\\\.)*")\\s*:\\s*')
DECODER = json.JSONDecoder()


def committed(text):
    """Return a dict of the fields that can't change any more."""
    fields, at = {}, 0
    while key := KEY.match(text, at):
        try:
            value, at = DECODER.raw_decode(text, key.end())
        except ValueError:
            break  # this value has not ended
        if isinstance(value, int | float) and text[at:].lstrip()[:1] not in (",", "}"):
            break  # the next digit may be on its way
        fields[json.loads(key[1])] = value
    return fields
'''


def case(name: str, why: str, text: str, expected: dict[str, Any], *own: Misconception) -> Case:
    """A case that asks for the fields of one text."""

    def run(my: Namespace) -> object:
        return my.committed(text)

    code = f"committed({text!r})"
    return Case(name, why, code, run, expected, (*own, *ALWAYS))


def has(out: Outcome, name: str) -> bool:
    """Whether a dict came back with this field in it."""
    return isinstance(out.returned, dict) and name in out.returned


ALWAYS = (
    Misconception(
        id="returns-pairs",
        looks_like="the fields as a list; a dict was asked for",
        try_next="`dict(pairs)` makes one of the other.",
        matches=lambda out: isinstance(out.returned, list | tuple),
    ),
    Misconception(
        id="raises-at-the-cut",
        looks_like="an exception at a text that isn't complete: here, none is until the last one",
        try_next="Catch what the parser raises (ValueError), and stop there: what came before it "
        "counts.",
        matches=lambda out: isinstance(out.error, ValueError | IndexError | KeyError),
    ),
)
CLOSES_IT = Misconception(
    id="completes-what-is-cut",
    looks_like="a text that was completed by you: half a word with a quote behind it looks like a "
    "whole one",
    try_next="Add nothing. Ask of each value whether its end has come.",
    matches=lambda out: has(out, "title"),
)
HALF_A_NUMBER = Misconception(
    id="shows-half-a-number",
    looks_like="a number without anything behind it taken for a whole one: the next digit may be "
    "on its way",
    try_next="A string says where it ends, a number doesn't. What has to stand behind it?",
    matches=lambda out: has(out, "grams") and out.returned["grams"] == 12,
)
ALL_OR_NOTHING = Misconception(
    id="all-or-nothing",
    looks_like="nothing until everything is there: the form stays empty till the end",
    try_next="Read the fields one after the other, and keep those that are complete. "
    "`json.JSONDecoder().raw_decode(text, start)` reads one value and says where it ends.",
    matches=lambda out: out.returned == {},
)

QUOTED = 'Whisk, {slowly}; "no lumps"'
QUOTED_JSON = '{"note": "Whisk, {slowly}; \\"no lumps\\"", "grams": 1250, "ti'
WHOLE = {"title": "Pancakes", "grams": 1250, "vegan": False, "source": None}
WHOLE_JSON = '{"title": "Pancakes", "grams": 1250, "vegan": false, "source": null}'

COMMIT = Part(
    id="commit",
    title="What may the form show?",
    notebook=NOTEBOOK,
    minutes=8,
    difficulty="medium",
    teaches="You know of each field whether it can still change.",
    stub=STUB,
    reference=REFERENCE,
    cases=(
        case(
            "nothing yet",
            "The first fragments hold a brace and half a name.",
            '{"tit',
            {},
        ),
        case(
            "half a string",
            "Most fragments end inside one.",
            '{"title": "Panc',
            {},
            CLOSES_IT,
        ),
        case(
            "half a number",
            "1250 comes as 12 and 50.",
            '{"grams": 12',
            {},
            HALF_A_NUMBER,
        ),
        case(
            "a number that has ended",
            "The comma says so.",
            '{"grams": 1250, "ti',
            {"grams": 1250},
            ALL_OR_NOTHING,
            Misconception(
                id="numbers-as-text",
                looks_like="a number that became a string on the way",
                try_next="Let the json module make the value: it knows the kinds.",
                matches=lambda out: out.returned == {"grams": "1250"},
            ),
        ),
        case(
            "a string that has ended",
            "Its quote was closed, so nothing can be added to it.",
            '{"title": "Pancakes"',
            {"title": "Pancakes"},
            Misconception(
                id="waits-for-the-comma",
                looks_like="a string that waits for what stands behind it: its end was its quote",
                try_next="Only some kinds of values need to see what follows. Which?",
                matches=lambda out: out.returned == {},
            ),
        ),
        case(
            "a number up to its point",
            "1.5 comes as 1. and 5.",
            '{"litres": 1.',
            {},
            Misconception(
                id="stops-at-the-point",
                looks_like="a number that was read as far as it made sense: behind the 1 stands a "
                "point, and a point isn't the end of a number",
                try_next="Only a comma or a closing bracket ends it, maybe behind some space.",
                matches=lambda out: has(out, "litres"),
            ),
        ),
        case(
            "a text full of signs",
            "People write quotes, braces and commas.",
            QUOTED_JSON,
            {"note": QUOTED, "grams": 1250},
            Misconception(
                id="splits-at-commas",
                looks_like="commas and braces that belong to a text taken for those between fields",
                try_next="Inside of quotes everything is text. Find the end of the string first.",
                matches=lambda out: (
                    (not has(out, "note") or '"no lumps' not in str(out.returned["note"]))
                    and "\\" not in str(out.returned)
                ),
            ),
            Misconception(
                id="leaves-the-escapes",
                looks_like="a text as it is on the wire, with its backslashes",
                try_next="`json.loads` of the string, with its quotes, gives what was meant.",
                matches=lambda out: '\\"no lumps\\"' in str(out.returned.get("note")),
            ),
            Misconception(
                id="ends-at-the-escaped-quote",
                looks_like='the quote in \\" taken for the end of the string',
                try_next="A backslash takes the sign behind it along.",
                matches=lambda out: str(out.returned.get("note")).endswith("\\"),
            ),
        ),
        case(
            "half an escape",
            "\\u00e9 is one letter in six signs.",
            '{"title": "Pancakes", "note": "Saut\\u00',
            {"title": "Pancakes"},
        ),
        case(
            "a list that has not ended",
            "Something may be added to it.",
            '{"title": "Pancakes", "steps": ["Whisk", "Ba',
            {"title": "Pancakes"},
            Misconception(
                id="shows-half-a-list",
                looks_like="a list without its end shown as if it were whole",
                try_next="A list is a value as well: it has ended when its bracket closes.",
                matches=lambda out: has(out, "steps"),
            ),
        ),
        case(
            "all of it",
            "The last fragment has come.",
            WHOLE_JSON,
            WHOLE,
            Misconception(
                id="forgets-the-last-one",
                looks_like="the last field missing: behind it stands a brace and no comma",
                try_next="Both of them end a value.",
                matches=lambda out: "vegan" in out.returned and "source" not in out.returned,
            ),
            Misconception(
                id="knows-no-constants",
                looks_like="true, false or null missing, or in Python's words as text",
                try_next="Let the json module read the value, whatever kind it is.",
                matches=lambda out: out.returned.get("vegan", 0) is not False,
            ),
        ),
    ),
    hints=(
        "Read one field after the other, until one has not ended. What has come before it stays.",
        "`json.JSONDecoder().raw_decode(text, start)` returns a value and where it ends, and "
        "raises ValueError if it hasn't. For numbers that isn't enough: look at what stands "
        "behind them.",
        "One way:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (COMMIT,)
