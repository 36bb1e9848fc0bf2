"""Notebook 08: what a run has cost, counted as the API counts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part

__all__ = ["PARTS"]

NOTEBOOK = "08_production_ui"


BILL_STUB = '''\
def cost(requests, prices):
    """Return what a run has cost, in US dollars.

    requests: one list for each request of the run; in it, the usage objects of its stream, as
        they came. Each holds counts, such as {"input_tokens": 40, "output_tokens": 1}.
    prices: US dollars for a million tokens, by the name of the count.
    """
    ...
'''

BILL_REFERENCE = '''\
def cost(requests, prices):
    """Return what a run has cost, in US dollars."""
    dollars = 0
    for usages in requests:
        usage = {}
        for seen in usages:
            usage |= seen  # totals: the newest takes the place of the older
        for name, price in prices.items():
            dollars += (usage.get(name) or 0) * price / 1_000_000
    return dollars
'''

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


def paid(*amounts: float) -> Callable[[Outcome], bool]:
    """A match for an outcome that is one of these amounts, in dollars."""
    return lambda out: any(about(out.returned, amount) for amount in amounts)


ALWAYS = (
    Misconception(
        id="returns-nothing",
        looks_like="a function without `return`",
        try_next="Return the sum, in dollars.",
        matches=lambda out: out.error is None and out.returned is None,
    ),
    Misconception(
        id="trips-over-null",
        looks_like="a count that is null taken for a number: in JSON, null says that there is "
        "nothing to say",
        try_next="`usage.get(name) or 0` is 0 where there is nothing, and where there is None.",
        matches=lambda out: isinstance(out.error, TypeError),
    ),
    Misconception(
        id="expects-every-count",
        looks_like="counts that are expected in every usage object; one that is 0 may be missing",
        try_next="`usage.get(name)` is None where there is none.",
        matches=lambda out: isinstance(out.error, KeyError),
    ),
)

ONE = [usage(400, 1), usage(400, 250)]
SHORT = [usage(400, 1), {"output_tokens": 250}]
CACHED = [usage(100, 1, read=5000), usage(100, 50, read=5000)]
WRITTEN = [usage(100, 1, written=5000), usage(100, 50, written=5000)]
NULL = [usage(400, 1), {**usage(400, None), "cache_read_input_tokens": None}]
LOST = [usage(400, 1)]


def rounded(places: int) -> float:
    """The sum of the last case's requests, each rounded before."""
    return sum(round(dollars([one]), places) for one in (CACHED, LOST, ONE))


def per_thousand(out: Outcome) -> bool:
    """Whether the sum is a power of ten away from what was expected."""
    return any(about(out.returned / 10**power, out.expected) for power in (2, 3, 6))


BILL = Part(
    id="bill",
    title="What has this run cost?",
    notebook=NOTEBOOK,
    minutes=7,
    difficulty="medium",
    teaches="You can add up what a run has cost, with its caches and its lost requests.",
    stub=BILL_STUB,
    reference=BILL_REFERENCE,
    cases=(
        bill(
            "one request",
            "Its usage came twice: once with the first event, and once with the last.",
            [ONE],
            Misconception(
                id="adds-up-totals",
                looks_like="both usage objects added up: each is a total up to its event, so the "
                "prompt is paid for twice",
                try_next="The later one takes the place of the earlier.",
                matches=paid(dollars([[seen] for seen in ONE])),
            ),
            Misconception(
                id="takes-the-first",
                looks_like="the first usage object alone: at the first token, nearly all of the "
                "answer is still to come",
                try_next="Take the counts as they stand at the end of the stream.",
                matches=paid(dollars([ONE[:1]])),
            ),
            Misconception(
                id="wrong-unit",
                looks_like="the right counts in another unit: the prices are for a million tokens, "
                "and the sum is in dollars",
                try_next="Divide by 1_000_000, once.",
                matches=per_thousand,
            ),
            Misconception(
                id="one-price-for-all",
                looks_like="one price for all tokens",
                try_next="Take each count with the price of its own name.",
                matches=paid(650 * 2 / 1e6, 650 * 10 / 1e6),
            ),
        ),
        bill(
            "a last event that says less",
            "What hasn't changed since the first event may be left out of the last.",
            [SHORT],
            Misconception(
                id="forgets-the-first",
                looks_like="the last usage object alone: what it leaves out is as the first said, "
                "and not 0",
                try_next="Keep one dict for the request, and update it with each usage object.",
                matches=paid(dollars([SHORT[-1:]])),
            ),
            Misconception(
                id="adds-up-totals",
                looks_like="both usage objects added up: each is a total up to its event, so the "
                "prompt is paid for twice",
                try_next="The later one takes the place of the earlier.",
                matches=paid(dollars([[seen] for seen in SHORT])),
            ),
        ),
        bill(
            "a prompt from the cache",
            "Most of a long conversation was read before, and costs a tenth.",
            [CACHED],
            Misconception(
                id="forgets-the-cache",
                looks_like="tokens from the cache for nothing: they are cheap, and there are many",
                try_next="There are four prices, and a count for each.",
                matches=paid(dollars([[usage(100, 50)]])),
            ),
            Misconception(
                id="bills-the-cache-as-fresh",
                looks_like="tokens from the cache at the full price",
                try_next="Take each count with the price of its own name.",
                matches=paid(dollars([[usage(5100, 50)]])),
            ),
            Misconception(
                id="bills-the-cache-twice",
                looks_like="tokens from the cache paid twice, at both prices: input_tokens doesn't "
                "contain them here",
                try_next="Let each count meet one price.",
                matches=paid(dollars([[usage(5100, 50, read=5000)]])),
            ),
            Misconception(
                id="subtracts-the-cache",
                looks_like="cached tokens taken off input_tokens, as it is done for another "
                "provider: here they were never in it",
                try_next="Ask which of the counts contains which. In this API none does.",
                matches=lambda out: bool(out.returned < out.expected),
            ),
        ),
        bill(
            "a prompt into the cache",
            "Whoever writes to the cache pays a little more, once.",
            [WRITTEN],
            Misconception(
                id="forgets-the-cache",
                looks_like="tokens from the cache for nothing: they are cheap, and there are many",
                try_next="There are four prices, and a count for each.",
                matches=paid(dollars([[usage(100, 50)]])),
            ),
            Misconception(
                id="bills-the-cache-as-fresh",
                looks_like="tokens from the cache at the full price",
                try_next="Take each count with the price of its own name.",
                matches=paid(dollars([[usage(5100, 50)]])),
            ),
        ),
        bill(
            "a count that is null",
            "Gateways write null where they know nothing.",
            [NULL],
        ),
        bill(
            "a run of three requests",
            "One had tools, one broke off after its first event, and one went on.",
            [CACHED, LOST, ONE],
            Misconception(
                id="bills-the-last-request",
                looks_like="one request for the run: each turn is a request, and each is paid for",
                try_next="Go through all lists.",
                matches=paid(dollars([ONE]), dollars([CACHED])),
            ),
            Misconception(
                id="forgives-lost-requests",
                looks_like="a request that broke off for nothing: its prompt was read, and what it "
                "had written is paid for",
                try_next="A list with one usage object is a request like any other.",
                matches=paid(dollars([CACHED, ONE])),
            ),
            Misconception(
                id="mixes-requests",
                looks_like="counts of one request that take the place of another's: totals are "
                "totals of their own stream",
                try_next="Begin with an empty dict for each request.",
                matches=paid(
                    dollars([[*CACHED, *LOST, *ONE]]),
                    dollars([CACHED, [*CACHED, *LOST], [*CACHED, *LOST, *ONE]]),
                ),
            ),
            Misconception(
                id="rounds-each-request",
                looks_like="amounts rounded before they were added: a tenth of a cent a request "
                "is a bill after a thousand",
                try_next="Add up what it is, and round what you show.",
                matches=paid(*(rounded(places) for places in (2, 3, 4))),
            ),
        ),
    ),
    hints=(
        "Two steps for each request: first find its counts, from all that its stream said; then "
        "take each count with its price. A run is the sum of its requests.",
        "Start a request with an empty dict and `update` it with each usage object: what comes "
        "later is a newer total. Then go through `prices`, and take `usage.get(name) or 0`.",
        "Two loops in a loop:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (BILL,)
