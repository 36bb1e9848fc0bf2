"""The parts together: each on the course's own earlier parts, and on a learner's.

What a part may count on of another is what its stub promises. So each reference has its stub's
interface, and each part is tried on earlier parts that keep nothing else in common.
"""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest

from helpers.lessons import exercise_ids, find_exercise, find_needs
from helpers.lessons.checking.assemble import Sources, assemble, new_module
from helpers.lessons.checking.runner import check
from helpers.lessons.exercise import Exercise, module_of
from tests.lessons.sample_exercises import SAMPLES
from tests.lessons.warm import warm_starts

PARTS = [part for part in map(find_exercise, exercise_ids()) if part.kind == "part"]
BUILT_ON_OTHERS = [part for part in PARTS if part.needs]
each_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)

# The long layer tries every part on every set of answers; the first, the reference on one.
long = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    with warm_starts():
        yield


def right_answers(exercise: Exercise) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(exercise.answers.glob("right_*.py"))]


def learners(exercise: Exercise, number: int) -> dict[str, str]:
    """Return a learner's earlier parts: of each, the answer with this number."""
    found = {}
    for one in find_needs(exercise):
        answers = [source for source in right_answers(one) if keeps_tuples(one, source)]
        found[one.id] = answers[number % len(answers)]
    return found


def keeps_tuples(exercise: Exercise, source: str) -> bool:
    """Whether what is a tuple in the stub is one here; a check lets a learner change that.

    Who does has to write the later parts to match.
    """
    tuples = re.findall(r"^class (\w+)\(NamedTuple\)", exercise.stub, re.MULTILINE)
    return all(re.search(rf"^class {name}\(NamedTuple\)", source, re.MULTILINE) for name in tuples)


def sets_of(exercise: Exercise) -> int:
    return max(len(right_answers(one)) for one in find_needs(exercise))


def try_source(exercise: Exercise, source: str, earlier: dict[str, str]) -> None:
    report = check(exercise, source, earlier=earlier)
    assert report.status == "passed", report.diagnosis
    assert report.notes == ()


ONCE = [pytest.param(part, 0, id=part.id) for part in BUILT_ON_OTHERS]
SETS = [
    pytest.param(part, number, id=f"{part.id}-{number}")
    for part in BUILT_ON_OTHERS
    for number in range(sets_of(part))
]


@pytest.mark.parametrize(("part", "number"), ONCE)
def test_the_courses_part_runs_on_a_learners_earlier_ones(part: Exercise, number: int) -> None:
    try_source(part, part.reference_source(), learners(part, number))


@long
@pytest.mark.parametrize(("part", "number"), SETS)
def test_every_right_part_runs_on_every_learners_earlier_ones(part: Exercise, number: int) -> None:
    for source in (part.reference_source(), *right_answers(part)):
        try_source(part, source, learners(part, number))


@pytest.mark.parametrize("message", ["", "right_dicts", "right_replays"])
def test_a_loop_that_knows_nothing_but_the_stubs_passes(message: str) -> None:
    earlier = {}
    if message:  # else it is the course's own
        path = find_exercise("message").answers / f"{message}.py"
        earlier = {**learners(find_exercise("loop"), 0), "message": path.read_text("utf-8")}
    try_source(
        find_exercise("loop"), (SAMPLES / "loop_by_the_stubs.py").read_text("utf-8"), earlier
    )


def run_stub(part: Exercise) -> dict[str, object]:
    """Return what the stub defines; it has run behind the references of what it needs."""
    module = new_module(f"stub_of_{part.id}")
    earlier = [Sources(one.id, one.reference_source(), None) for one in find_needs(part)]
    assert assemble(module, earlier) == []
    before = {**vars(module)}
    exec(compile(part.stub, f"<stub {part.id}>", "exec", dont_inherit=True), vars(module))
    return {
        name: value
        for name, value in vars(module).items()
        if before.get(name) is not value
        and getattr(value, "__module__", module.__name__) == module.__name__
        and not isinstance(value, ModuleType)
    }


def parameters(function: object) -> list[tuple[str, object, object]]:
    """Return what a function takes: names, kinds, defaults; not the types, which are nobody's."""
    assert callable(function)
    return [
        (one.name, one.kind, one.default) for one in inspect.signature(function).parameters.values()
    ]


@each_part
def test_a_reference_has_its_stubs_interface(part: Exercise) -> None:
    reference = importlib.import_module(module_of(part.reference))
    promised = run_stub(part)
    assert promised
    for name, value in promised.items():
        course = getattr(reference, name)
        if isinstance(value, type):
            same_class(value, course)
        elif callable(value):
            assert parameters(course) == parameters(value), name
        elif not name.startswith("_"):
            assert course == value


def same_class(promised: type, course: type) -> None:
    """The course's class can be made, read and asked as the stub's."""
    if dataclasses.is_dataclass(promised):
        assert dataclasses.is_dataclass(course)
        names = [one.name for one in dataclasses.fields(promised)]
        assert [one.name for one in dataclasses.fields(course)] == names
        return
    if fields := getattr(promised, "_fields", None):
        assert getattr(course, "_fields", None) == fields
        return
    for name, value in vars(promised).items():
        if isinstance(value, FunctionType):
            assert parameters(getattr(course, name)) == parameters(value), name
        elif isinstance(value, property):
            assert isinstance(inspect.getattr_static(course, name), property)
