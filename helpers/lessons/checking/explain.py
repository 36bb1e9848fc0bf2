"""From what came back to what that looks like.

What Python says of a line comes first, then facts of the source, the exercise's own mistakes,
and general ones.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, MissingName, Outcome
from helpers.lessons.checking.facts import Fact
from helpers.lessons.checking.report import Diagnosis, Line, Span, plain
from helpers.lessons.checking.values import ADDRESS, difference, format_value, shorten
from helpers.lessons.checking.where import CELL, describe, is_slip

__all__ = [
    "WHOLE_CELL",
    "Flood",
    "InputAsked",
    "explain",
    "explain_loading",
    "explain_silence",
    "explain_syntax",
]


WHOLE_CELL = "your cell, from top to bottom"
# Where the cell itself raises one of these, no case has been tried: that is said instead.
AT_THE_TOP = (
    "another-type-needed",
    "awaits-a-plain-value",
    "other-arguments",
    "raises",
    "unknown-attribute",
)


class InputAsked(RuntimeError):
    """The code waited for somebody to type."""


class Flood(BaseException):
    """The code printed past the limit. Not an Exception: `except Exception` must not stop it."""


class Seen(Outcome):
    """An outcome without a result: it notes what a predicate looks at.

    Nothing came back, so asking for it is an error.
    """

    looks: set[str]

    def __getattribute__(self, name: str) -> Any:
        """Note that it was asked for."""
        if name == "returned":
            raise LookupError("nothing came back")
        if name in ("error", "timed_out"):
            object.__getattribute__(self, "looks").add(name)
        return object.__getattribute__(self, name)


def explain(case: Case, outcome: Outcome, where: str = "", facts: Sequence[Fact] = ()) -> Diagnosis:
    """Say what a wrong outcome of a case looks like.

    A mistake of the exercise's own is only named. What is said of it stands in a file, and the
    learner's code may have left no way to open one: the runner reads it.

    Args:
        case: the case that was run.
        outcome: what came back.
        where: the line of the learner's code that it came from, if there is one.
        facts: mistakes that stand in the source.
    """
    diagnosis = _general(case, outcome)
    if not isinstance(outcome.error, (MissingName, InputAsked, Flood)):
        named = _own(case, outcome, facts)
        if isinstance(named, Fact):
            words = (named.looks_like, named.try_next)
            diagnosis = replace(
                diagnosis, misconception=named.id, looks_like=words[0], try_next=words[1]
            )
            where = where or describe(CELL, named.line)
        elif named:
            diagnosis = replace(diagnosis, misconception=named.id, looks_like="", try_next="")
    return replace(diagnosis, where=where, printed=_quote(outcome.printed))


def _own(case: Case, outcome: Outcome, facts: Sequence[Fact]) -> Misconception | Fact | None:
    """Return the mistake that is seen, or the fact behind it; None if none is."""
    shown = [fact for fact in facts if _holds(fact.shows, outcome)]
    slip = is_slip(outcome.error)
    for mistake in case.misconceptions:
        kinds = tuple(kind for kind in mistake.about if isinstance(kind, type))
        if slip and not isinstance(outcome.error, kinds):
            continue
        if shown and not slip and shown[0].id not in mistake.about:
            continue
        if _matches(mistake.matches, outcome):
            return mistake
    return shown[0] if shown else None


def _matches(matches: Callable[[Outcome], bool], outcome: Outcome) -> bool:
    if outcome.error is None and not outcome.timed_out:
        return _holds(matches, outcome)
    seen = Seen(None, outcome.error, outcome.printed, outcome.timed_out, outcome.expected)
    object.__setattr__(seen, "looks", set())
    needed = "timed_out" if outcome.timed_out else "error"
    return _holds(matches, seen) and needed in object.__getattribute__(seen, "looks")


def _holds(matches: Callable[[Outcome], bool], outcome: Outcome) -> bool:
    # What came back can be anything, so a test that stumbles over it doesn't match.
    try:
        return bool(matches(outcome))
    except Exception:
        return False


def _quote(printed: str) -> str:
    return shorten(format_value(printed)) if printed else ""


def _general(case: Case, outcome: Outcome) -> Diagnosis:
    """The diagnosis that needs no knowledge of the exercise."""

    def diagnosis(id: str, came_back: Line, looks_like: str, try_next: str) -> Diagnosis:
        return Diagnosis(id, case.code, came_back, expected, looks_like, try_next)

    returned, expected = difference(outcome.returned, outcome.expected)
    if outcome.timed_out:
        expected = plain(shorten(format_value(outcome.expected)))
        return diagnosis(
            "still-running",
            (Span(f"nothing: it was still running after {outcome.timed_out:g} s", True),),
            "a loop that never ends, or waiting for something that never comes",
            "Ask of each loop what ends it, and whether that can always happen.",
        )
    if outcome.error is not None:
        expected = plain(shorten(format_value(outcome.expected)))
        return diagnosis(*_explain_exception(outcome.error))
    value = outcome.returned
    if inspect.isawaitable(value) and not inspect.isawaitable(outcome.expected):
        if inspect.iscoroutine(value):
            value.close()
        return diagnosis(
            "async-where-plain",
            returned,
            "an `async def` where a plain `def` was asked for: calling it only makes a coroutine",
            "Write `def`, not `async def`: nothing in here has to wait.",
        )
    if inspect.isgenerator(value) and not inspect.isgenerator(outcome.expected):
        return diagnosis(
            "yields-where-return",
            returned,
            "a `yield` somewhere in the function, which makes the call return a generator",
            f"Return the {_kind(outcome.expected)} once, at the end, when it is complete.",
        )
    if value is None and outcome.printed:
        return diagnosis(
            "prints-where-return",
            returned,
            "printing the result instead of returning it",
            "Hand the result back with `return`; the caller decides whether to print it.",
        )
    if value is None:
        return diagnosis(
            "returns-nothing",
            returned,
            "None: the call reached no `return`, or the value after its `return` was None",
            "Follow this call line by line: which `return` does it reach, and with what?",
        )
    kind, wanted = _kind(value), _kind(outcome.expected)
    if kind != wanted:
        return diagnosis(
            "another-type",
            returned,
            f"{_one(kind)} where {_one(wanted)} was expected",
            "Look at what kind of value is asked for, and at the last thing that you do to yours.",
        )
    return diagnosis(
        "another-value",
        returned,
        "a result of the right kind, but not the right one. The check knows no name for this "
        "mistake",
        "Compare the two rows at the marked place: which line of yours makes that piece?",
    )


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} `{kind}`"


def _kind(value: Any) -> str:
    """The name of a value's class; of the check's own classes, what they are made of."""
    for kind in type(value).__mro__:
        if not kind.__module__.startswith("helpers."):
            return kind.__name__ if kind is not object else type(value).__name__
    return type(value).__name__


def _explain_exception(error: BaseException) -> tuple[str, Line, str, str]:
    """Return (id, came back, looks like, try next) of an exception."""
    name = type(error).__name__
    message = shorten(_message(error), 300)
    came_back: Line = (Span(f"raised {name}" + (f": {message}" if message else ""), True),)
    match error:
        case MissingName():
            return (
                "missing-name",
                (Span(f"your cell doesn't define {error.name}", True),),
                f"a name that is missing or spelled differently: `{error.name}`",
                f"Define `{error.name}` in this cell, with exactly that spelling.",
            )
        case InputAsked():
            return (
                "asks-for-input",
                (Span("it called input() and waited for somebody to type", True),),
                "`input()` where no one is there to answer",
                "Take what you need as an argument.",
            )
        case Flood():
            return (
                "prints-without-end",
                (Span("it printed so much that it had to be stopped", True),),
                "a loop that prints and never ends",
                "Ask of each loop what ends it, and whether that can always happen.",
            )
        case NotImplementedError():
            return (
                "not-written-yet",
                came_back,
                "a place that you have not written yet",
                "Replace `raise NotImplementedError` by your own code.",
            )
        case SystemExit():
            return (
                "exits",
                (Span("it ended the whole program (SystemExit)", True),),
                "`exit()` or `sys.exit()`, which would end the program that calls you, too",
                "Use `return` to leave a function early, or raise an exception of your own.",
            )
        case KeyboardInterrupt():
            return (
                "raises-keyboard-interrupt",
                came_back,
                "a KeyboardInterrupt that your own code raises",
                "Leave that one to the person at the keyboard; raise another exception.",
            )
        case RecursionError():
            return (
                "calls-itself-without-end",
                (Span("raised RecursionError: it called itself too many times", True),),
                "a function that calls itself and never stops",
                "Find the case in which it should return without another call.",
            )
        case MemoryError():
            return (
                "fills-the-memory",
                (Span("raised MemoryError: it used more memory than a check may", True),),
                "something that grows and is never emptied",
                "Look for the list or the bytes that each round makes longer.",
            )
        case NameError() if error.name:
            return (
                "unknown-name",
                came_back,
                f"a name that Python doesn't know here: `{error.name}`",
                "Check its spelling. A part stands alone: it can't use what other cells of the "
                "notebook define or import.",
            )
        case ImportError():
            return (
                "import-fails",
                came_back,
                "an import that this environment doesn't have",
                "Use the standard library and what the notebook names.",
            )
        case RuntimeError() if "running event loop" in message:
            return (
                "runs-a-loop-in-a-loop",
                came_back,
                "an event loop that is started inside one that runs already",
                "Wait with `await` in an `async def`. `asyncio.run` is for the outermost program.",
            )
        case TypeError() if "positional argument" in message or "keyword argument" in message:
            return (
                "other-arguments",
                came_back,
                "a function or method that takes other arguments than it was called with",
                "Compare the line with `def` to the call in the first row.",
            )
        case AttributeError() if error.name and isinstance(error.obj, dict):
            return (
                "unknown-attribute",
                came_back,
                f"a dot in front of `{error.name}`, on a dict: a dict has keys",
                f'Read it with brackets: `["{error.name}"]`, or with `.get`.',
            )
        case AttributeError() if error.name:
            return (
                "unknown-attribute",
                came_back,
                f"a name that this object doesn't have: `.{error.name}`",
                "Print the object, or its type, in front of that line: is it what you expect?",
            )
        case TypeError() if "used in 'await'" in message:
            return (
                "awaits-a-plain-value",
                came_back,
                "an `await` in front of something that nobody can wait for",
                "Look at what stands after the `await`: a plain function needs none.",
            )
        case TypeError():
            return (
                "another-type-needed",
                came_back,
                "a value of another type than this line can use",
                "Print the type of each value in front of that line. Which one is not what you "
                "expect?",
            )
        case _:
            return (
                "raises",
                came_back,
                "an error inside your code, on input that it should take",
                "Read the error and its line first: is it one of your own `raise` lines? Ask how "
                "this call gets there.",
            )


def _message(error: BaseException) -> str:
    try:
        return clean_message(str(error))
    except Exception:
        return ""


def clean_message(text: str) -> str:
    """Return an error's message in one line and without addresses."""
    return ADDRESS.sub("", " ".join(text.split()))


def explain_loading(outcome: Outcome, where: str) -> Diagnosis:
    """Say why the cell itself did not run to its end."""
    case = Case("", "", WHOLE_CELL, lambda my: None, None)
    diagnosis = replace(_general(case, outcome), expected=(), where=where)
    if diagnosis.misconception in AT_THE_TOP:
        diagnosis = replace(
            diagnosis,
            misconception="raises",
            looks_like="an error at the top level of the cell, before any case could be tried",
            try_next="Read the error and its line. If the line only tries something out, move "
            "it to the next cell.",
        )
    if diagnosis.misconception == "still-running":
        diagnosis = replace(
            diagnosis,
            try_next="Keep only definitions in this cell, and try them out in the next one.",
        )
    return replace(diagnosis, printed=_quote(outcome.printed))


def explain_silence(ran: str, expected: Line, exit_code: int) -> Diagnosis:
    """Say what it looks like when the process ended without a word."""
    if 0 <= exit_code < 2**31:
        return Diagnosis(
            "ends-the-process",
            ran,
            (Span(f"nothing: the Python process ended itself (exit code {exit_code})", True),),
            expected,
            "a call that ends the whole process at once, such as `os._exit()`",
            "Use `return` to leave a function early, or raise an exception of your own.",
        )
    return Diagnosis(
        "kills-the-process",
        ran,
        (Span("nothing: the Python process died", True),),
        expected,
        "a crash below Python: memory used up, a call into C, or a signal that the code "
        "sends to itself",
        "Take your last change back and run it again; then add its lines one by one.",
    )


def explain_syntax(error: Exception, where: str) -> Diagnosis:
    """Say why the cell is not Python."""
    message = clean_message(getattr(error, "msg", None) or str(error))
    looks_like, try_next = (
        "code that Python can't read",
        "Look at that line and the one above it: a bracket, a quote, a colon or an indent.",
    )
    if "outside async function" in message:
        looks_like = "an `await`, `async for` or `async with` in a plain `def`"
        try_next = "Write `async def` for the function that this line stands in."
    elif "await" in message and "outside" in message:
        looks_like = "a trial run with `await` in the cell of a part, which is a plain module"
        try_next = "Keep only definitions in this cell, and try them out in the next one."
    elif where.partition(": ")[2][:1] in ("%", "!"):
        looks_like = "a command for the notebook (`%` or `!`), which is not Python"
        try_next = "Move that line to a cell of its own."
    return Diagnosis(
        "syntax-error",
        WHOLE_CELL,
        (Span(f"{type(error).__name__}: {message}", True),),
        (),
        looks_like,
        try_next,
        where,
    )
