"""Parts for the tests of the machinery itself: small, and with every kind of case."""

from typing import Any

from helpers.lessons.checking.part import Case, Misconception, Namespace, Part

HINTS = ("Count up.", "From `0`.", "Like this:")

ODD = Misconception(
    id="counts-down",
    looks_like="counting down",
    try_next="Count `up`.",
    matches=lambda out: out.returned[::-1] == out.expected,
)
STUMBLES = Misconception("stumbles", "nothing", "nothing", lambda out: out.returned.missing)


def counting(n: int) -> Case:
    def run(my: Namespace) -> Any:
        return my.count(n)

    return Case(
        name=f"up to {n}",
        why=f"Somebody wants {n} numbers.",
        code=f"count({n})",
        run=run,
        expected=list(range(n)),
        misconceptions=(STUMBLES, ODD),
    )


async def wait_for_it(my: Namespace) -> Any:
    return await my.later(2)


COUNT = Part(
    id="count",
    title="Counting",
    notebook="none",
    minutes=1,
    difficulty="gentle",
    teaches="You can count.",
    stub='def count(n):\n    """Return the numbers below n."""\n    ...\n',
    reference="def count(n):\n    return list(range(n))\n",
    cases=tuple(counting(n) for n in (1, 2, 3, 4)),
    hints=HINTS,
    module=__name__,
)

LATER = Part(
    id="later",
    title="Waiting",
    notebook="none",
    minutes=1,
    difficulty="gentle",
    teaches="You can wait.",
    stub="async def later(n):\n    ...\n",
    reference="async def later(n):\n    return n\n",
    cases=(Case("later", "It comes later.", "await later(2)", wait_for_it, 2),),
    hints=HINTS,
    module=__name__,
)


def greet(my: Namespace) -> Any:
    return my.greet("Ada")


# It may use the names of the part `hello`.
GREET = Part(
    id="greet",
    title="Greeting",
    notebook="none",
    minutes=1,
    difficulty="gentle",
    teaches="You can build on what you have.",
    stub="def greet(name): ...\n",
    reference="def greet(name):\n    return len(hello_event(name))\n",
    cases=(Case("greeting", "It greets.", 'greet("Ada")', greet, 24),),
    hints=HINTS,
    module=__name__,
    needs=("hello",),
)

PARTS = (COUNT, LATER, GREET)

__all__ = ["COUNT", "GREET", "LATER", "PARTS"]
