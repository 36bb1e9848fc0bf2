"""What is tried with `commit`, and what its mistakes are recognised by."""

from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]


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
        matches=lambda out: isinstance(out.returned, list | tuple),
    ),
    Misconception(
        id="raises-at-the-cut",
        matches=lambda out: isinstance(out.error, ValueError | IndexError | KeyError),
    ),
)
CLOSES_IT = Misconception(
    id="completes-what-is-cut",
    matches=lambda out: has(out, "title"),
)
HALF_A_NUMBER = Misconception(
    id="shows-half-a-number",
    matches=lambda out: has(out, "grams") and out.returned["grams"] == 12,
)
ALL_OR_NOTHING = Misconception(
    id="all-or-nothing",
    matches=lambda out: out.returned == {},
)

QUOTED = 'Whisk, {slowly}; "no lumps"'
QUOTED_JSON = '{"note": "Whisk, {slowly}; \\"no lumps\\"", "grams": 1250, "ti'
WHOLE = {"title": "Pancakes", "grams": 1250, "vegan": False, "source": None}
WHOLE_JSON = '{"title": "Pancakes", "grams": 1250, "vegan": false, "source": null}'


CASES = (
    case(
        "nothing yet",
        "The first fragments contain only a brace and half a name.",
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
        "The comma shows that the number has ended.",
        '{"grams": 1250, "ti',
        {"grams": 1250},
        ALL_OR_NOTHING,
        Misconception(
            id="numbers-as-text",
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
            matches=lambda out: has(out, "litres"),
        ),
    ),
    case(
        "a number up to its exponent",
        "1e3 comes as 1e and 3. JSON allows it.",
        '{"litres": 1e',
        {},
        Misconception(
            id="stops-at-the-exponent",
            matches=lambda out: has(out, "litres"),
        ),
    ),
    case(
        "a minus alone",
        "-5 comes as - and 5.",
        '{"celsius": -',
        {},
        Misconception(
            id="reads-a-minus-alone",
            matches=lambda out: has(out, "celsius"),
        ),
    ),
    case(
        "a text full of signs",
        "People write quotes, braces and commas.",
        QUOTED_JSON,
        {"note": QUOTED, "grams": 1250},
        Misconception(
            id="splits-at-commas",
            matches=lambda out: (
                (not has(out, "note") or '"no lumps' not in str(out.returned["note"]))
                and "\\" not in str(out.returned)
            ),
        ),
        Misconception(
            id="leaves-the-escapes",
            matches=lambda out: '\\"no lumps\\"' in str(out.returned.get("note")),
        ),
        Misconception(
            id="ends-at-the-escaped-quote",
            matches=lambda out: str(out.returned.get("note")).endswith("\\"),
        ),
    ),
    case(
        "half an escape",
        "An escape such as \\u00e9 is one letter in six characters.",
        '{"title": "Pancakes", "note": "Saut\\u00',
        {"title": "Pancakes"},
    ),
    case(
        "a list that has not ended",
        "The model may still add an entry to the list.",
        '{"title": "Pancakes", "steps": ["Whisk", "Ba',
        {"title": "Pancakes"},
        Misconception(
            id="shows-half-a-list",
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
            matches=lambda out: "vegan" in out.returned and "source" not in out.returned,
        ),
        Misconception(
            id="knows-no-constants",
            matches=lambda out: out.returned.get("vegan", 0) is not False,
        ),
    ),
    case(
        "a number at the end of all",
        "The brace also shows that the number has ended.",
        '{"grams": 1250}',
        {"grams": 1250},
        Misconception(
            id="waits-for-a-comma-behind-numbers",
            matches=lambda out: out.returned == {},
        ),
    ),
)
