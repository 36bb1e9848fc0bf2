"""What the source itself shows: each fact where it is, and nowhere else."""

import pytest

from helpers.lessons.checking.case import Outcome
from helpers.lessons.checking.facts import facts_of

ASYNC = "async def f(x): return x"
PLAIN = "def f(x): return [x]"
GENERATOR = "async def f(x): yield x"

SHOWN = {
    "missing-async": ("def f(x): return x", ASYNC),
    "yields-where-return": ("def f(x): yield x", PLAIN),
    "returns-where-yield": ("async def f(x): return x", GENERATOR),
    "plain-def-under-async-decorator": ("@asynccontextmanager\ndef g(): yield 1", PLAIN),
    "mutable-default": ("def f(x, seen=[]):\n    seen.append(x)\n    return seen", PLAIN),
    "class-level-state": ("class C:\n    a = []\n    def f(self): self.a.append(1)", PLAIN),
    "return-in-finally": ("def f(x):\n    try: pass\n    finally: return [x]", PLAIN),
    "removes-while-looping": (
        "def f(x):\n    for y in x:\n        if y: x.remove(y)\n    return x",
        PLAIN,
    ),
    "raise-in-finally": ("def f(x):\n    try: pass\n    finally: raise KeyError", PLAIN),
}


@pytest.mark.parametrize("fact", SHOWN)
def test_it_is_seen_with_its_line(fact: str) -> None:
    source, reference = SHOWN[fact]
    (found,) = facts_of(source, reference)
    assert found.id == fact and found.looks_like and found.try_next
    assert 1 <= found.line <= len(source.splitlines())


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, seen=[]): return [x, *seen]",  # nobody changes it
        "class C:\n    a = []\n    def __init__(self): self.a = []\n    def f(self): self.a.pop()",
        "class C:\n    NAMES = ['a']\n    def f(self): return self.NAMES[0]",
        "def f(x):\n    try: pass\n    finally:\n        def g(): return 1\n    return [x]",
        "@decorated\ndef f(x): return [x]",
        "def f(x):\n    for y in [*x]:\n        x.remove(y)\n    return x",
        "def f(x):\n    for y in x:\n        x.remove(y)\n        break\n    return x",
    ],
)
def test_what_is_fine_is_no_fact(source: str) -> None:
    assert facts_of(source, PLAIN) == ()


def test_a_fact_is_shown_only_where_it_can_be_seen() -> None:
    (missing,) = facts_of("def f(x): return x", ASYNC)
    assert missing.shows(Outcome(error=TypeError("object int can't be used in 'await' expression")))
    assert not missing.shows(Outcome(returned=1, expected=2))
    assert not missing.shows(Outcome(error=ZeroDivisionError()))
