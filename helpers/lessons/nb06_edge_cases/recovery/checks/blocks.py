"""Cases of `recovery`: what may be sent again."""

from collections.abc import Iterable, Sequence
from copy import deepcopy

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.lessons.common.events import Block
from helpers.lessons.nb06_edge_cases.blocks import call, text, thinking

__all__ = ["KEPT", "SHAPE"]


def search(id: str) -> Block:
    """A call of the API's own."""
    return {"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": "rain"}}


def search_result(id: str) -> Block:
    """What the API's own call gave back."""
    return {"type": "web_search_tool_result", "tool_use_id": id, "content": []}


CITED = {"type": "text", "text": "It rains.", "citations": [{"type": "char_location"}]}
REDACTED = {"type": "redacted_thinking", "data": "ZW5jcnlwdGVk"}
NOVEL = {"type": "hologram", "shape": "a teapot"}
UNSIGNED = {"type": "thinking", "thinking": "A question of"}

LOOK = text("Let me look.")
A, B = call("toolu_a"), call("toolu_b", "Oslo")
S, FOUND = search("srvtoolu_s"), search_result("srvtoolu_s")


def is_blocks(out: Outcome) -> bool:
    """Whether a list of blocks came back."""
    return isinstance(out.returned, list) and all(isinstance(b, dict) for b in out.returned)


def has(out: Outcome, *blocks: Block) -> bool:
    """Whether all of these came back."""
    return is_blocks(out) and all(block in out.returned for block in blocks)


def lacks(out: Outcome, *blocks: Block) -> bool:
    """Whether none of these came back."""
    return is_blocks(out) and all(block not in out.returned for block in blocks)


# Mistakes that can show in any case.
SHAPE = (
    Misconception(
        id="returns-nothing",
        matches=lambda out: (
            out.error is None and not out.timed_out and out.returned is None and out.expected != []
        ),
    ),
    Misconception(
        id="is-a-generator",
        about=("yields-where-return",),
        matches=lambda out: hasattr(out.returned, "__next__"),
    ),
    Misconception(
        id="returns-a-message",
        matches=lambda out: isinstance(out.returned, dict) and "content" in out.returned,
    ),
    Misconception(
        id="throws-the-turn-away",
        matches=lambda out: out.returned == [] and out.expected != [],
    ),
)


def keeping(
    name: str,
    why: str,
    content: Sequence[Block],
    answered: Iterable[str],
    expected: Sequence[Block],
    *mistakes: Misconception,
) -> Case:
    """A case that asks what of a turn is kept."""
    ids = list(answered)

    def run(my: Namespace) -> object:
        return my.kept(deepcopy(list(content)), list(ids))

    shown = ",\n     ".join(map(repr, content))
    code = f"kept(\n    [{shown}],\n    answered={ids})"
    return Case(name, why, code, run, list(expected), (*mistakes, *SHAPE))


def check_list(my: Namespace) -> object:
    """Say what became of the list that was handed in."""
    given = [thinking("A question of", ""), text(" "), LOOK, A]
    before = deepcopy(given)
    my.kept(given, ["toolu_b"])
    return "as it was" if given == before else given


DROPS_TEXT = Misconception(
    id="drops-cut-text",
    matches=lambda out: is_blocks(out) and "The weather in La" not in str(out.returned),
)
DROPS_THINKING = Misconception(
    id="drops-thinking",
    matches=lambda out: any(
        block["type"] == "thinking" and lacks(out, block) for block in out.expected
    ),
)
KEEPS_OPEN_CALL = Misconception(
    id="keeps-an-unanswered-call",
    matches=lambda out: any(
        block["type"] == "tool_use" and block not in out.expected for block in out.returned
    ),
)
DROPS_ANSWERED = Misconception(
    id="drops-an-answered-call",
    matches=lambda out: any(
        block["type"] == "tool_use" and lacks(out, block) for block in out.expected
    ),
)
KEEPS_CUT_THINKING = Misconception(
    id="keeps-cut-thinking",
    matches=lambda out: (
        is_blocks(out)
        and any(b["type"] == "thinking" and not b.get("signature") for b in out.returned)
    ),
)
ENDS_IN_THINKING = Misconception(
    id="ends-in-thinking",
    matches=lambda out: (
        is_blocks(out) and bool(out.returned) and out.returned[-1]["type"] == "thinking"
    ),
)

KEPT = (
    keeping(
        "a whole turn",
        "The turn may break off at its very end, between two events.",
        [thinking("A question of rain."), CITED, A, B],
        ["toolu_a", "toolu_b"],
        [thinking("A question of rain."), CITED, A, B],
        DROPS_THINKING,
        DROPS_ANSWERED,
        Misconception(
            id="loses-fields",
            matches=lambda out: is_blocks(out) and len(out.returned) == len(out.expected),
        ),
    ),
    keeping(
        "a text that ends in mid-word",
        "The most common cut of all.",
        [LOOK, text("\n\nThe weather in La")],
        [],
        [LOOK, text("\n\nThe weather in La")],
        DROPS_TEXT,
        Misconception(
            id="changes-the-text",
            matches=lambda out: out.returned == [LOOK, text("The weather in La")],
        ),
    ),
    keeping(
        "text without any content",
        "A block starts empty, and the stream breaks before its first delta. Models also write "
        "blank lines.",
        [LOOK, text(""), text("\n\n")],
        [],
        [LOOK],
        Misconception(
            id="keeps-empty-text",
            matches=lambda out: has(out, text("")),
        ),
        Misconception(
            id="keeps-blank-text",
            matches=lambda out: has(out, text("\n\n")),
        ),
    ),
    keeping(
        "nothing that may stay",
        "The connection broke at the very start. No block may stay, so return an empty list.",
        [text("")],
        [],
        [],
        Misconception(
            id="gives-no-list-for-nothing",
            matches=lambda out: out.returned in (None, "", {}, False, ()),
        ),
        Misconception(
            id="keeps-empty-text",
            matches=lambda out: has(out, text("")),
        ),
    ),
    keeping(
        "a call that was cut",
        "Only half of its input had come, so the tool couldn't run.",
        [LOOK, A],
        [],
        [LOOK],
        KEEPS_OPEN_CALL,
    ),
    keeping(
        "one of two calls was answered",
        "The first tool started in mid-stream, and ended before the cut.",
        [LOOK, A, B],
        ["toolu_a"],
        [LOOK, A],
        KEEPS_OPEN_CALL,
        DROPS_ANSWERED,
    ),
    keeping(
        "thinking that was cut",
        "The connection broke during the model's thinking.",
        [LOOK, thinking("A question of", ""), text("One moment."), UNSIGNED],
        [],
        [LOOK, text("One moment.")],
        Misconception(
            id="stops-at-the-cut",
            matches=lambda out: out.returned == [LOOK],
        ),
        KEEPS_CUT_THINKING,
        Misconception(
            id="expects-a-signature",
            matches=lambda out: isinstance(out.error, KeyError),
        ),
    ),
    keeping(
        "thinking with nothing after it",
        "The thinking was complete. The text block after it had started, but was empty.",
        [LOOK, thinking("A question of rain."), text("")],
        [],
        [LOOK],
        ENDS_IN_THINKING,
    ),
    keeping(
        "thinking that nobody may read",
        "Some thinking comes encrypted, as a block of another type.",
        [LOOK, A, REDACTED, thinking("A question of rain.")],
        ["toolu_a"],
        [LOOK, A],
        ENDS_IN_THINKING,
        Misconception(
            id="forgets-redacted-thinking",
            matches=lambda out: has(out, REDACTED),
        ),
    ),
    keeping(
        "the same id twice",
        "A proxy sent a block again; ids must be unique.",
        [LOOK, A, A],
        ["toolu_a"],
        [LOOK, A],
        Misconception(
            id="keeps-repeated-ids",
            matches=lambda out: is_blocks(out) and out.returned.count(A) == 2,
        ),
        DROPS_ANSWERED,
    ),
    keeping(
        "a search that was cut",
        "The API runs some tools itself. Their results come in the same turn, or never.",
        [LOOK, S],
        [],
        [LOOK],
        Misconception(
            id="keeps-an-own-call-open",
            matches=lambda out: has(out, S),
        ),
    ),
    keeping(
        "a search that was done",
        "The API answers this call itself, so its id isn't in `answered`.",
        [LOOK, S, FOUND, text("It rai")],
        [],
        [LOOK, S, FOUND, text("It rai")],
        Misconception(
            id="drops-own-calls",
            matches=lambda out: lacks(out, S),
        ),
        Misconception(
            id="drops-own-results",
            matches=lambda out: lacks(out, FOUND),
        ),
    ),
    keeping(
        "the same search twice",
        "A proxy sent the block again. Each id may occur only once, also for the API's own tools.",
        [LOOK, S, S, FOUND],
        [],
        [LOOK, S, FOUND],
        Misconception(
            id="keeps-own-ids-twice",
            matches=lambda out: is_blocks(out) and out.returned.count(S) == 2,
        ),
    ),
    keeping(
        "a result without its call",
        "The start of a turn may be missing, too, not only its end.",
        [FOUND, LOOK],
        [],
        [LOOK],
        Misconception(
            id="keeps-an-orphan",
            matches=lambda out: has(out, FOUND),
        ),
    ),
    keeping(
        "a block that nobody knows",
        "The API gets new types of blocks. They must come back, too.",
        [NOVEL, LOOK],
        [],
        [NOVEL, LOOK],
        Misconception(
            id="drops-the-unknown",
            matches=lambda out: lacks(out, NOVEL),
        ),
        Misconception(
            id="trips-over-the-unknown",
            matches=lambda out: out.error is not None,
        ),
    ),
    Case(
        "your list stays as it was",
        "A program that shows the turn still needs all its blocks.",
        "before = deepcopy(content)\nkept(content, [])\ncontent == before",
        check_list,
        "as it was",
        (
            Misconception(
                id="changes-the-list",
                matches=lambda out: isinstance(out.returned, list),
            ),
        ),
    ),
)
