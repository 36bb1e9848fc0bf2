"""What is tried with `outcome`, and what its mistakes are recognised by."""

from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

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
        matches=lambda out: isinstance(out.returned, str),
    ),
    Misconception(
        id="trips-over-the-text",
        matches=lambda out: isinstance(out.error, ValueError),
    ),
)
REPAIRS = Misconception(
    id="repairs-what-was-cut",
    matches=lambda out: state(out) == "done",
)
DISCARDS = Misconception(
    id="discards-what-was-cut",
    matches=lambda out: state(out) == "cut" and out.returned[1] == {},
)
PARSES_FIRST = Misconception(
    id="parses-first",
    matches=lambda out: state(out) == "invalid",
)
NOT_A_REFUSAL = Misconception(
    id="keeps-what-was-refused",
    matches=lambda out: state(out) == "refused" and out.returned[1] != {},
)
NO_REASON = Misconception(
    id="no-reason-is-no-problem",
    matches=lambda out: state(out) in ("done", "invalid"),
)


CASES = (
    case(
        "a whole answer",
        "Most answers are complete.",
        RECIPE_JSON,
        RECIPE,
        "end_turn",
        ("done", RECIPE),
        Misconception(
            id="returns-the-text",
            matches=lambda out: state(out) == "done" and isinstance(out.returned[1], str),
        ),
    ),
    case(
        "cut by max_tokens",
        "The limit was too low for this answer.",
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
        "The model began, and then it refused.",
        HALF_JSON,
        HALF,
        "refusal",
        ("refused", {}),
        NOT_A_REFUSAL,
        Misconception(
            id="takes-a-refusal-for-a-cut",
            matches=lambda out: state(out) in ("cut", "invalid"),
        ),
    ),
    *(
        case(
            f"whole JSON, and {name}",
            "The stop reason decides. Check it before you look at the text.",
            RECIPE_JSON,
            RECIPE,
            reason,
            expected,
            Misconception(
                id="whole-json-decides",
                matches=lambda out: state(out) == "done",
            ),
        )
        for name, reason, expected in (
            ("a refusal", "refusal", ("refused", {})),
            ("max_tokens", "max_tokens", ("cut", RECIPE)),
            ("a full context window", "model_context_window_exceeded", ("cut", RECIPE)),
            ("no stop reason", None, ("cut", RECIPE)),
        )
    ),
    case(
        "refused in words",
        "A refusal doesn't follow the schema.",
        "I can't help with this recipe.",
        {},
        "refusal",
        ("refused", {}),
    ),
    case(
        "a name is missing",
        "Some models and proxies don't follow the schema.",
        '{"title": "Pancakes"}',
        HALF,
        "end_turn",
        ("invalid", HALF),
        Misconception(
            id="valid-json-is-enough",
            matches=lambda out: state(out) == "done",
        ),
    ),
    case(
        "words around it",
        "The request asked for JSON only in the prompt, without a schema.",
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
            matches=lambda out: state(out) == "done",
        ),
    ),
)
