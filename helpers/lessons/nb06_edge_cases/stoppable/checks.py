"""What is tried with `stoppable`, and what its mistakes are recognised by."""

import asyncio
from collections.abc import Callable
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

SLIPS = (AttributeError, NameError, TypeError)

__all__ = ["CASES"]


def stopping(*, fails: bool = False, stopped: bool = False) -> Callable[[Namespace], Any]:
    """A run of one tool that succeeds, fails, or is cancelled while it runs."""

    async def run(my: Namespace) -> object:
        cleaned: list[str] = []

        async def tool() -> str:
            if cleaned:
                cleaned[:] = ["cleaned up before the tool ran"]
            if stopped:
                await asyncio.Event().wait()
            if fails:
                raise ValueError("no such city")
            return "31 °C"

        task = asyncio.ensure_future(my.run_stoppable(tool, lambda: cleaned.append("cleaned up")))
        await asyncio.sleep(0)
        if stopped:
            # The tool has begun by now, however the answer calls it.
            await asyncio.sleep(0.01)
            task.cancel()
        await asyncio.wait([task], timeout=1)
        ended = "still running"
        if task.done():
            ended = "cancelled" if task.cancelled() else tell(task, stopped)
        return [ended, *cleaned]

    return run


def tell(task: "asyncio.Future[Any]", stopped: bool) -> str:
    """Say how a task has ended; a slip in its code is raised, and shown with its line."""
    error = task.exception()
    if isinstance(error, SLIPS) and not stopped:
        raise error
    return f"raised {type(error).__name__}" if error else f"returned {task.result()!r}"


def ends(out: Outcome, how: str) -> bool:
    """Whether the run ended like this."""
    return bool(out.returned[0] == how)


NOT_CLEANED = Misconception(
    id="does-not-clean-up",
    matches=lambda out: out.returned[0] == out.expected[0] and len(out.returned) == 1,
)
CLEANED_TWICE = Misconception(
    id="cleans-up-twice",
    matches=lambda out: len(out.returned) > 2,
)
STOP_CODE = "task = asyncio.create_task(run_stoppable(tool, clean_up))"


CASES = (
    Case(
        "a tool that works",
        "Most tools work.",
        f"{STOP_CODE}\nawait task",
        stopping(),
        ["returned '31 °C'", "cleaned up"],
        (
            Misconception(
                id="cleans-up-first",
                matches=lambda out: "cleaned up before the tool ran" in out.returned,
            ),
            Misconception(
                id="tool-not-awaited",
                matches=lambda out: "coroutine" in out.returned[0],
            ),
            NOT_CLEANED,
            CLEANED_TWICE,
        ),
    ),
    Case(
        "a tool that fails",
        "The model should learn of a failure.",
        f"{STOP_CODE}\nawait task",
        stopping(fails=True),
        ["returned 'It failed.'", "cleaned up"],
        (
            Misconception(
                id="lets-failures-out",
                matches=lambda out: out.returned[0].startswith("raised"),
            ),
            NOT_CLEANED,
            CLEANED_TWICE,
        ),
    ),
    Case(
        "stopped while the tool runs",
        "Somebody has pressed Stop, or Ctrl-C.",
        f"{STOP_CODE}\nawait asyncio.sleep(0.01)\ntask.cancel()\nawait task",
        stopping(stopped=True),
        ["cancelled", "cleaned up"],
        (
            Misconception(
                id="swallows-cancellation",
                matches=lambda out: out.returned[0].startswith("returned"),
            ),
            Misconception(
                id="shields-the-tool",
                matches=lambda out: ends(out, "still running"),
            ),
            Misconception(
                id="renames-the-cancellation",
                matches=lambda out: out.returned[0].startswith("raised"),
            ),
            NOT_CLEANED,
            CLEANED_TWICE,
        ),
    ),
)
