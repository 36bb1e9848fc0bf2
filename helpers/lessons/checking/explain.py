"""From what came back to what that looks like: the exercise's own mistakes, then general ones."""

import inspect
from collections.abc import Callable
from dataclasses import replace

from helpers.lessons.checking.case import Case, MissingName, Outcome
from helpers.lessons.checking.report import Diagnosis, Line, Span, plain
from helpers.lessons.checking.values import ADDRESS, difference, shorten, shown

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


class InputAsked(RuntimeError):
    """The code waited for somebody to type."""


class Flood(BaseException):
    """The code printed past the limit. Not an Exception: `except Exception` must not stop it."""


def explain(case: Case, outcome: Outcome, where: str = "") -> Diagnosis:
    """Say what a wrong outcome of a case looks like.

    A mistake of the exercise's own is only named. What is said of it stands in a file, and the
    learner's code may have left no way to open one: the runner reads it.

    Args:
        case: the case that was run.
        outcome: what came back.
        where: the line of the learner's code that it came from, if there is one.
    """
    diagnosis = _general(case, outcome)
    if not isinstance(outcome.error, (MissingName, InputAsked, Flood)):
        for mistake in case.misconceptions:
            if _matches(mistake.matches, outcome):
                diagnosis = replace(diagnosis, misconception=mistake.id, looks_like="", try_next="")
                break
    return replace(diagnosis, where=where, printed=_quote(outcome.printed))


def _matches(matches: Callable[[Outcome], bool], outcome: Outcome) -> bool:
    # What came back can be anything, so a test that stumbles over it doesn't match.
    try:
        return bool(matches(outcome))
    except Exception:
        return False


def _quote(printed: str) -> str:
    return shorten(shown(printed)) if printed else ""


def _general(case: Case, outcome: Outcome) -> Diagnosis:
    """The diagnosis that needs no knowledge of the exercise."""

    def diagnosis(id: str, came_back: Line, looks_like: str, try_next: str) -> Diagnosis:
        return Diagnosis(id, case.code, came_back, expected, looks_like, try_next)

    returned, expected = difference(outcome.returned, outcome.expected)
    if outcome.timed_out:
        expected = plain(shorten(shown(outcome.expected)))
        return diagnosis(
            "still-running",
            (Span(f"nothing: it was still running after {outcome.timed_out:g} s", True),),
            "a loop that never ends, or waiting for something that never comes",
            "Ask of each loop what ends it, and whether that can always happen.",
        )
    if outcome.error is not None:
        expected = plain(shorten(shown(outcome.expected)))
        return diagnosis(*_raised(outcome.error))
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
            "Collect the results in a list and return it at the end.",
        )
    if value is None and outcome.printed:
        return diagnosis(
            "prints-where-return",
            returned,
            "printing the result instead of returning it",
            "Hand the result back with `return`; whoever calls decides whether to print it.",
        )
    if value is None:
        return diagnosis(
            "returns-nothing",
            returned,
            "a way through the function that reaches no `return`",
            "Follow this call line by line: which `return` should it reach?",
        )
    kind, wanted = type(value).__name__, type(outcome.expected).__name__
    if kind != wanted:
        return diagnosis(
            "another-type",
            returned,
            f"a `{kind}` where a `{wanted}` was expected",
            "Look at what the function promises to return, and at the last thing you do to "
            "the value before you return it.",
        )
    return diagnosis(
        "another-value",
        returned,
        "a result of the right kind, but not the right one",
        "Run this very call in a cell of its own and print the steps in between.",
    )


def _raised(error: BaseException) -> tuple[str, Line, str, str]:
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
        case TypeError() if "positional argument" in message or "keyword argument" in message:
            return (
                "other-arguments",
                came_back,
                "a function or method that takes other arguments than it was called with",
                "Compare the line with `def` to the call in the first row.",
            )
        case _:
            return (
                "raises",
                came_back,
                "an error inside your code, on input that it should take",
                "Read the error and its line first; then run this very call in a cell of its own.",
            )


def _message(error: BaseException) -> str:
    try:
        return shown_message(str(error))
    except Exception:
        return ""


def shown_message(text: str) -> str:
    """Return an error's message in one line and without addresses."""
    return ADDRESS.sub("", " ".join(text.split()))


def explain_loading(outcome: Outcome, where: str) -> Diagnosis:
    """Say why the cell itself did not run to its end."""
    case = Case("", "", WHOLE_CELL, lambda my: None, None)
    diagnosis = replace(_general(case, outcome), expected=(), where=where)
    if diagnosis.misconception in ("raises", "other-arguments"):
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
    message = shown_message(getattr(error, "msg", None) or str(error))
    looks_like, try_next = (
        "code that Python can't read",
        "Look at that line and the one above it: a bracket, a quote, a colon or an indent.",
    )
    if "await" in message and "outside" in message:
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
