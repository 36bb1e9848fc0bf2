"""What is tried with `bill`, and what its mistakes are recognised by."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

Usage = Mapping[str, Any]

# Round numbers, no model's prices.
PRICES = {
    "input_tokens": 2.0,
    "cache_creation_input_tokens": 2.5,
    "cache_read_input_tokens": 0.2,
    "output_tokens": 10.0,
}


def usage(input: int, output: int | None, written: int = 0, read: int = 0) -> Usage:
    """A usage object, as an event has it."""
    counts = {"input_tokens": input, "output_tokens": output}
    caches = {"cache_creation_input_tokens": written, "cache_read_input_tokens": read}
    return {**counts, **{name: count for name, count in caches.items() if count}}


def dollars(requests: Sequence[Sequence[Usage]]) -> float:
    """What such a run costs: the newest count of each kind, each at its own price."""
    total = 0.0
    for usages in requests:
        counts: dict[str, Any] = {}
        for seen in usages:
            counts |= seen
        total += sum((counts.get(name) or 0) * price for name, price in PRICES.items())
    return total / 1_000_000


def about(returned: Any, expected: Any) -> bool:
    """Whether two amounts are the same, but for the last digits of a float."""
    return isinstance(returned, int | float) and abs(returned - expected) < 1e-9


def bill(name: str, why: str, requests: list[list[Usage]], *mistakes: Misconception) -> Case:
    """A case that asks for the cost of one run."""

    def run(my: Namespace) -> object:
        return my.cost([[dict(seen) for seen in one] for one in requests], dict(PRICES))

    lines = "".join(f"    {one},\n" for one in requests)
    return Case(
        name,
        why,
        f"prices = {PRICES}\ncost([\n{lines}], prices)",
        run,
        round(dollars(requests), 9),
        (*mistakes, *ALWAYS),
        about,
    )


def match_amounts(*amounts: float) -> Callable[[Outcome], bool]:
    """A match for an outcome that is one of these amounts, in dollars."""
    return lambda out: any(about(out.returned, amount) for amount in amounts)


ALWAYS = (
    Misconception(
        id="returns-nothing",
        matches=lambda out: out.error is None and out.returned is None,
    ),
    Misconception(
        id="trips-over-null",
        about=(TypeError,),
        matches=lambda out: isinstance(out.error, TypeError),
    ),
    Misconception(
        id="expects-every-count",
        matches=lambda out: isinstance(out.error, KeyError),
    ),
)

ONE = [usage(400, 1), usage(400, 250)]
SHORT = [usage(400, 1), {"output_tokens": 250}]
CACHED = [usage(100, 1, read=5000), usage(100, 50, read=5000)]
WRITTEN = [usage(100, 1, written=5000), usage(100, 50, written=5000)]
NULL = [usage(400, None), {**usage(400, 250), "cache_read_input_tokens": None}]
MIDDLE = [usage(400, 1), usage(900, 50), {"output_tokens": 250}]
LOWER = [usage(400, 1), usage(300, 250)]
LOST = [usage(400, 1)]


def round_each(places: int) -> float:
    """The sum of the last case's requests, each rounded before."""
    return sum(round(dollars([one]), places) for one in (CACHED, LOST, ONE))


def per_thousand(out: Outcome) -> bool:
    """Whether the sum is a power of ten away from what was expected."""
    return any(about(out.returned / 10**power, out.expected) for power in (2, 3, 6))


CASES = (
    bill(
        "one request",
        "Its usage came twice: once with the first event, and once with the last.",
        [ONE],
        Misconception(
            id="adds-up-totals",
            matches=match_amounts(dollars([[seen] for seen in ONE])),
        ),
        Misconception(
            id="takes-the-first",
            matches=match_amounts(dollars([ONE[:1]])),
        ),
        Misconception(
            id="wrong-unit",
            matches=per_thousand,
        ),
        Misconception(
            id="one-price-for-all",
            matches=match_amounts(650 * 2 / 1e6, 650 * 10 / 1e6),
        ),
    ),
    bill(
        "a last event that says less",
        "The last event may leave out a count that hasn't changed.",
        [SHORT],
        Misconception(
            id="forgets-the-first",
            matches=match_amounts(dollars([SHORT[-1:]])),
        ),
        Misconception(
            id="adds-up-totals",
            matches=match_amounts(dollars([[seen] for seen in SHORT])),
        ),
    ),
    bill(
        "three usage objects",
        "The API can search by itself during the answer. The results make the prompt longer.",
        [MIDDLE],
        Misconception(
            id="skips-the-middle",
            matches=lambda out: about(out.returned, dollars([[MIDDLE[0], MIDDLE[2]]])),
        ),
    ),
    bill(
        "a count that is corrected",
        "Some servers estimate the prompt first, and count it later.",
        [LOWER],
        Misconception(
            id="takes-the-largest",
            matches=lambda out: about(out.returned, dollars([[usage(400, 250)]])),
        ),
    ),
    bill(
        "a prompt from the cache",
        "The API has read most of a long conversation before, and this part costs a tenth.",
        [CACHED],
        Misconception(
            id="forgets-the-cache",
            matches=match_amounts(dollars([[usage(100, 50)]])),
        ),
        Misconception(
            id="bills-the-cache-as-fresh",
            matches=match_amounts(dollars([[usage(5100, 50)]])),
        ),
        Misconception(
            id="bills-the-cache-twice",
            matches=match_amounts(dollars([[usage(5100, 50, read=5000)]])),
        ),
        Misconception(
            id="subtracts-the-cache",
            matches=lambda out: bool(out.returned < out.expected),
        ),
    ),
    bill(
        "a prompt into the cache",
        "Tokens that are written to the cache cost a little more, once.",
        [WRITTEN],
        Misconception(
            id="forgets-the-cache",
            matches=match_amounts(dollars([[usage(100, 50)]])),
        ),
        Misconception(
            id="bills-the-cache-as-fresh",
            matches=match_amounts(dollars([[usage(5100, 50)]])),
        ),
    ),
    bill(
        "a count that is null",
        "Gateways write null for a count that they don't know.",
        [NULL],
    ),
    bill(
        "a run of three requests",
        "One request has tools, one broke off after its first event, and one continued the answer.",
        [CACHED, LOST, ONE],
        Misconception(
            id="bills-the-last-request",
            matches=match_amounts(dollars([ONE]), dollars([CACHED])),
        ),
        Misconception(
            id="forgives-lost-requests",
            matches=match_amounts(dollars([CACHED, ONE])),
        ),
        Misconception(
            id="mixes-requests",
            matches=match_amounts(
                dollars([[*CACHED, *LOST, *ONE]]),
                dollars([CACHED, [*CACHED, *LOST], [*CACHED, *LOST, *ONE]]),
            ),
        ),
        Misconception(
            id="rounds-each-request",
            matches=match_amounts(*(round_each(places) for places in (2, 3, 4))),
        ),
    ),
)
