"""The mutants of right code: what is changed in it, and what the checks see of that."""

from collections.abc import Iterator

import pytest

from helpers.lessons import exercise_ids, find_exercise
from tests.lessons.warm import warm_starts
from tests.mutate import Found, describe, read_list, try_all
from tests.mutators import mutants

# Each kind of mistake once: a line, and what it may become.
CHANGED = {
    "if a < b: f()": {"if a <= b:", "if not a < b:", "if True:", ""},
    "if a and b: f()": {"if a or b:", "if b:", "if a:", "if not (a and b):", "if True:", ""},
    "while a: f()": {"while not a:"},
    "while 1:\n    break": {"continue", "", "while not 1:", "while 2:", "while 0:"},
    "x = 7": {"x = 8", "x = 6", ""},
    "x = 'word'": {"x = 'wordx'", ""},
    "x = 'words for people'": {""},
    "x = a + b": {"x = a - b", ""},
    "x = [*a]": {"x = a", ""},
    "x = dict(a)": {"x = a", ""},
    "x = f(a=b)": {"x = f()", ""},
    "x = [a for a in b if c]": {"x = [a for a in b if not c]", "x = [a for a in b]", ""},
    "def f(a=True): g(a)": {"def f(a=False):", ""},
    "async def f():\n    await g()": {"g()", ""},
    "match a:\n    case 1 if b:\n        f()": {
        "case 1:",
        "case 1 if not b:",
        "case 2 if b:",
        "case 0 if b:",
        "",
    },
}


@pytest.mark.parametrize("source", CHANGED)
def test_each_kind_of_mistake_is_made(source: str) -> None:
    found = list(mutants(source))
    assert {mutant.after for mutant in found} >= CHANGED[source]
    assert len({mutant.source for mutant in found}) == len(found)
    for mutant in found:
        compile(mutant.source, "a mutant", "exec")


def test_what_nobody_sees_is_not_changed() -> None:
    source = '"""What it is."""\nimport a\n__all__ = ["f"]\ndef f(b: int) -> int:\n    "Do it."\n'
    assert list(mutants(source)) == []


def test_a_mutant_says_where_it_is() -> None:
    (mutant, *_) = mutants("class A:\n    def f(self):\n        return self.g(1)")
    assert str(mutant) == "A.f: return self.g(1)  ▸  (gone)"


def test_what_came_of_them_is_told() -> None:
    (survivor, *_) = mutants("def f():\n    return 1")
    found = Found(10, (survivor,), frozenset({"one", "two"}), frozenset({"gone"}))
    lines = list(describe("sample", found))
    assert "7 killed of   10" in lines[0] and "87.5 %" in lines[0]
    assert lines[1:4] == ["    f", "    - return 1", "    + (gone)"]
    assert lines[4].endswith("no longer a survivor: gone")


def test_each_listed_mutant_is_of_an_exercise_and_has_a_reason() -> None:
    reasons = read_list()
    assert set(reasons) <= set(exercise_ids())
    for names in reasons.values():
        assert all("▸" in name and reason.endswith(".") for name, reason in names.items())


@pytest.fixture
def warm() -> Iterator[None]:
    with warm_starts():
        yield


@pytest.mark.long
@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("exercise_id", ["usage", "may_start", "thaw"])
def test_the_cases_see_every_mistake(exercise_id: str) -> None:
    found = try_all(find_exercise(exercise_id), read_list().get(exercise_id, {}))
    assert list(map(str, found.survivors)) == []
    assert found.stale == frozenset()
