"""What to say aloud about a mistake. A seat sends its id alone, so these words name no code."""

from functools import lru_cache

from helpers.lessons import find_exercise
from helpers.lessons.exercise import BadExercise, Words

__all__ = ["GENERAL", "words"]

FINALLY = "Only tidy up in `finally`, and let nothing leave from there."
KINDS = "Print the value and its type just before that line."
# Of the mistakes that any exercise may show; a learner's own diagnosis names their names.
GENERAL = {
    "another-type": Words(
        "a result of another kind than the one that was asked for",
        "Look at what kind of value is asked for, and at the last thing that you do to yours.",
    ),
    "another-type-needed": Words("a value of another type than its line can use", KINDS),
    "another-value": Words(
        "a result of the right kind, but not the right one",
        "Compare what came back with what was expected, at the marked place.",
    ),
    "asks-for-input": Words(
        "`input()` where no one is there to answer", "Take what you need as an argument."
    ),
    "async-where-plain": Words(
        "an `async def` where a plain `def` was asked for",
        "Write `def`: nothing in there has to wait.",
    ),
    "awaits-a-plain-value": Words(
        "an `await` in front of something that nobody can wait for",
        "Look at what stands after the `await`: a plain function needs none.",
    ),
    "calls-itself-without-end": Words(
        "a function that calls itself and never stops",
        "Find the case in which it should return without another call.",
    ),
    "class-level-state": Words(
        "something that is made once in the class, so that all objects share it",
        "Make it in `__init__`, for each object.",
    ),
    "ends-the-process": Words(
        "a call that ends the whole process at once", "Use `return` to leave a function early."
    ),
    "exits": Words(
        "`exit()` or `sys.exit()`, which would end the program that calls you, too",
        "Use `return` to leave a function early.",
    ),
    "fills-the-memory": Words(
        "something that grows and is never emptied",
        "Look for the list or the bytes that each round makes longer.",
    ),
    "import-fails": Words(
        "an import that this environment doesn't have",
        "Use the standard library and what the notebook names.",
    ),
    "kills-the-process": Words(
        "a crash below Python, such as memory that is used up",
        "Take the last change back and run it again; then add its lines one by one.",
    ),
    "missing-async": Words(
        "a plain `def` where an `async def` is needed",
        "The caller waits for it: write `async def`.",
    ),
    "missing-name": Words(
        "a name that is missing or spelled differently",
        "Define it in the cell, with exactly the spelling of the task.",
    ),
    "mutable-default": Words(
        "a default that is made once and shared by all calls",
        "Python makes a default when it reads the `def`: make a new one inside the function.",
    ),
    "not-written-yet": Words(
        "a place that is not written yet", "Replace `raise NotImplementedError` by your own code."
    ),
    "other-arguments": Words(
        "a function that takes other arguments than it was called with",
        "Compare the line with `def` to the call in the first row.",
    ),
    "plain-def-under-async-decorator": Words(
        "a plain `def` under `@asynccontextmanager`", "That decorator takes an `async def` only."
    ),
    "prints-where-return": Words(
        "printing the result instead of returning it",
        "Hand the result back with `return`; the caller decides whether to print it.",
    ),
    "prints-without-end": Words(
        "a loop that prints and never ends",
        "Ask of each loop what ends it, and whether that can always happen.",
    ),
    "raise-in-finally": Words(
        "a `raise` in `finally`, which takes the place of the exception on its way out", FINALLY
    ),
    "raises": Words(
        "an error inside the code, on input that it should take",
        "Read the error and its line first. Ask how this call gets there.",
    ),
    "raises-keyboard-interrupt": Words(
        "a KeyboardInterrupt that the code itself raises", "Raise another exception."
    ),
    "removes-while-looping": Words(
        "a loop that changes the list which it reads, and so skips items",
        "Loop over one list and put what stays into another.",
    ),
    "return-in-finally": Words(
        "a `return` in `finally`, which throws an exception away on its way out", FINALLY
    ),
    "returns-nothing": Words(
        "None: the call reached no `return`, or the value after it was None",
        "Follow the call line by line: which `return` does it reach, and with what?",
    ),
    "returns-where-yield": Words(
        "no `yield`, although the results are read one by one",
        "`yield` each result where you have it.",
    ),
    "runs-a-loop-in-a-loop": Words(
        "an event loop that is started inside one that runs already",
        "Wait with `await` in an `async def`. `asyncio.run` is for the outermost program.",
    ),
    "still-running": Words(
        "a loop that never ends, or waiting for something that never comes",
        "Ask of each loop what ends it, and whether that can always happen.",
    ),
    "syntax-error": Words(
        "code that Python can't read",
        "Look at that line and the one above it: a bracket, a quote, a colon or an indent.",
    ),
    "unknown-attribute": Words(
        "a dot and a name that this object doesn't have",
        "Print the object just before that line: is it what you expect?",
    ),
    "unknown-name": Words(
        "a name that Python doesn't know there",
        "Check its spelling. A part can't use what other cells define or import.",
    ),
    "yields-where-return": Words(
        "a `yield` in the function, which makes the call return a generator",
        "Collect what there is first, and `return` the whole result once.",
    ),
}


@lru_cache(1000)
def words(exercise: str, mistake: str) -> Words:
    """Return what to say about a mistake; both are empty if nobody has written it down."""
    try:
        return find_exercise(exercise).words(mistake)
    except (BadExercise, OSError, KeyError):
        return GENERAL.get(mistake, Words("", ""))
