"""Notebook 09: what is left of a structured answer when it has ended, and how it did."""

from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part

__all__ = ["PARTS"]

NOTEBOOK = "09_thinking_and_structured_output"


STUB = '''\
def outcome(text, fields, stop_reason, required):
    """Return (state, what a form may show now), when an answer has ended.

    ("done", …): it is whole, and has all that is required; with the object that it is.
    ("cut", …): there would have been more; with the fields so far.
    ("refused", {}): the model declined; nothing that came may stay.
    ("invalid", …): it has ended by itself and is not what was asked for; with the fields so far.

    text: all that came.
    fields: a dict of those that had committed.
    stop_reason: of the message; None if the stream broke off before it came.
    required: the names that the object must have.
    """
    ...
'''

REFERENCE = '''\
import json


def outcome(text, fields, stop_reason, required):
    """Return (state, what a form may show now), when an answer has ended."""
    if stop_reason == "refusal":
        return "refused", {}
    if stop_reason in (None, "max_tokens", "model_context_window_exceeded"):
        return "cut", fields
    try:
        answer = json.loads(text)
    except ValueError:
        return "invalid", fields
    if not isinstance(answer, dict) or not set(required) <= set(answer):
        return "invalid", fields
    return "done", answer
'''

RECIPE = {"title": "Pancakes", "steps": ["Whisk", "Bake"]}
RECIPE_JSON = '{"title": "Pancakes", "steps": ["Whisk", "Bake"]}'
HALF_JSON = '{"title": "Pancakes", "steps": ["Whisk"'
HALF = {"title": "Pancakes"}


def same(returned: Any, expected: Any) -> bool:
    """Compare; a list of two will do for a tuple."""
    return isinstance(returned, list | tuple) and tuple(returned) == expected


def case(
    name: str,
    why: str,
    text: str,
    fields: dict[str, Any],
    stop_reason: str | None,
    expected: tuple[str, dict[str, Any]],
    *own: Misconception,
) -> Case:
    """A case that asks for the outcome of one answer."""

    def run(my: Namespace) -> object:
        return my.outcome(text, dict(fields), stop_reason, ["title", "steps"])

    code = (
        f"outcome({text!r},\n        {fields!r},\n"
        f'        {stop_reason!r}, required=["title", "steps"])'
    )
    return Case(name, why, code, run, expected, (*own, *ALWAYS), same)


def state(out: Outcome) -> str:
    """Return the state that came back, or "" if none did."""
    pair = out.returned
    return str(pair[0]) if isinstance(pair, list | tuple) and len(pair) == 2 else ""


ALWAYS = (
    Misconception(
        id="says-the-state-alone",
        looks_like="a state without what may be shown",
        try_next='Return both: `return "cut", fields`.',
        matches=lambda out: isinstance(out.returned, str),
    ),
    Misconception(
        id="trips-over-the-text",
        looks_like="a text that isn't JSON, given to `json.loads` without an `except`: where it "
        "raises, nobody learns how the answer ended",
        try_next="ValueError is what it raises. And ask first whether there is any need to parse.",
        matches=lambda out: isinstance(out.error, ValueError),
    ),
)
REPAIRS = Misconception(
    id="repairs-what-was-cut",
    looks_like="brackets closed by you: half a recipe that looks like a whole one",
    try_next="The stop reason says that there would have been more. Believe it, whatever can be "
    "made of the text.",
    matches=lambda out: state(out) == "done",
)
DISCARDS = Misconception(
    id="discards-what-was-cut",
    looks_like="fields taken away that somebody has read: they had committed, and the form says "
    "that the rest is missing",
    try_next='Give the fields along with "cut".',
    matches=lambda out: state(out) == "cut" and out.returned[1] == {},
)
PARSES_FIRST = Misconception(
    id="parses-first",
    looks_like="the text parsed before anybody has asked how it ended: it is no bad JSON, it is "
    "something else",
    try_next="Look at the stop reason first. Only an answer that has ended by itself is worth "
    "parsing.",
    matches=lambda out: state(out) == "invalid",
)
NOT_A_REFUSAL = Misconception(
    id="keeps-what-was-refused",
    looks_like="fields left on the screen that the API asks to discard: the model has declined to "
    "say them",
    try_next="A refusal leaves nothing: an empty dict.",
    matches=lambda out: state(out) == "refused" and out.returned[1] != {},
)
NO_REASON = Misconception(
    id="no-reason-is-no-problem",
    looks_like="a stream without a stop reason taken for one that ended by itself: it broke off",
    try_next="None is a way to be cut, too.",
    matches=lambda out: state(out) in ("done", "invalid"),
)

OUTCOME = Part(
    id="outcome",
    title="Done, cut, refused or invalid?",
    notebook=NOTEBOOK,
    minutes=5,
    difficulty="medium",
    teaches="You say how a structured answer has ended, and what of it may stay on the screen.",
    stub=STUB,
    reference=REFERENCE,
    cases=(
        case(
            "a whole answer",
            "Most are.",
            RECIPE_JSON,
            RECIPE,
            "end_turn",
            ("done", RECIPE),
            Misconception(
                id="returns-the-text",
                looks_like="the JSON as text; the object was asked for",
                try_next="Return what `json.loads` has made of it.",
                matches=lambda out: state(out) == "done" and isinstance(out.returned[1], str),
            ),
        ),
        case(
            "cut by max_tokens",
            "The limit was too low for this one.",
            HALF_JSON,
            HALF,
            "max_tokens",
            ("cut", HALF),
            PARSES_FIRST,
            REPAIRS,
            DISCARDS,
        ),
        case(
            "cut by the context window",
            "A long conversation has filled it.",
            HALF_JSON,
            HALF,
            "model_context_window_exceeded",
            ("cut", HALF),
            Misconception(
                id="knows-one-limit",
                looks_like="max_tokens taken for the only limit: the context window is another",
                try_next="Two stop reasons say that there would have been more.",
                matches=lambda out: state(out) == "invalid",
            ),
        ),
        case(
            "a stream that broke off",
            "The connection was lost; no stop reason has come.",
            HALF_JSON,
            HALF,
            None,
            ("cut", HALF),
            NO_REASON,
            DISCARDS,
        ),
        case(
            "refused in the middle",
            "The model began, and thought better of it.",
            HALF_JSON,
            HALF,
            "refusal",
            ("refused", {}),
            NOT_A_REFUSAL,
            Misconception(
                id="takes-a-refusal-for-a-cut",
                looks_like="a refusal taken for an answer that was cut: nothing would have come, "
                "however high the limit",
                try_next="There is a stop reason for it, of its own.",
                matches=lambda out: state(out) in ("cut", "invalid"),
            ),
        ),
        case(
            "refused in words",
            "No schema binds a refusal.",
            "I can't help with this recipe.",
            {},
            "refusal",
            ("refused", {}),
        ),
        case(
            "a name is missing",
            "Not every model, and not every proxy, holds to the schema.",
            '{"title": "Pancakes"}',
            HALF,
            "end_turn",
            ("invalid", HALF),
            Misconception(
                id="valid-json-is-enough",
                looks_like="JSON that parses taken for the object that was asked for",
                try_next="Look whether all that is required is there.",
                matches=lambda out: state(out) == "done",
            ),
        ),
        case(
            "words around it",
            "A model that was asked by prompt alone.",
            f"Here is the recipe: {RECIPE_JSON}",
            {},
            "end_turn",
            ("invalid", {}),
        ),
        case(
            "no object at all",
            "Valid JSON can be a list.",
            '["title", "steps"]',
            {},
            "end_turn",
            ("invalid", {}),
            Misconception(
                id="takes-a-list-for-an-object",
                looks_like="a list that holds the names taken for an object that has them: `in` "
                "asks both",
                try_next="Ask `isinstance(answer, dict)` before you look for names.",
                matches=lambda out: state(out) == "done",
            ),
        ),
    ),
    hints=(
        "The stop reason decides before the text does. For which of them is it worth parsing?",
        "First the refusal. Then the three ways to be cut. What is left has ended by itself: "
        "parse it, and look whether it is a dict with all names in it.",
        "In this order:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (OUTCOME,)
