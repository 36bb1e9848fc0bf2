"""What is tried with `while_read`, and what its mistakes are recognised by."""

import asyncio
from collections.abc import Callable
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome

__all__ = ["CASES"]

LONG_TIME = 30.0  # seconds; whoever waits for that has waited for the wrong one


def conversation(
    *, sends: bool = False, fails: bool = False, stops: bool = False, cancelled: bool = False
) -> Callable[[Namespace], Any]:
    """A run of `while_read`, and a list of what happened in it, in order."""

    async def run(my: Namespace) -> object:
        said: list[str] = []
        begun: set[str] = set()

        async def tell(name: str, ends: bool) -> None:
            begun.add(name)
            try:
                await asyncio.sleep(0.02 if ends else LONG_TIME)
                said.append(f"{name}: ended")
            except asyncio.CancelledError:
                # Closing a socket takes a moment; whoever doesn't wait for it misses it.
                try:
                    await asyncio.sleep(0.02)
                finally:  # a task group may cancel it a second time
                    said.append(f"{name}: cancelled")
                raise

        async def send() -> None:
            await tell("send", ends=sends or fails)
            if fails:
                raise ConnectionError("the API hung up")

        async def stop() -> str:
            await tell("stop", ends=stops)
            return "stop"

        task = asyncio.ensure_future(my.while_read(send, stop))
        if cancelled:
            await asyncio.sleep(0.05)
            task.cancel()
        await asyncio.wait({task}, timeout=0.7)
        in_time = len(said)
        await asyncio.sleep(0.1)
        late = [f"{one}, too late" for one in said[in_time:]]
        idle = [f"{name}: never begun" for name in ("send", "stop") if name not in begun]
        happened = sorted([*said[:in_time], *late, *idle])
        if not task.done():
            return ["still running", *happened]
        if task.cancelled():
            return ["cancelled", *happened]
        error = task.exception()
        ending = f"raised {type(error).__name__}" if error else f"returned {task.result()!r}"
        return [ending, *happened]

    return run


def ending(out: Outcome) -> str:
    """How `while_read` has ended."""
    return str(out.returned[0])


LISTENS_LATE = Misconception(
    id="listens-afterwards",
    matches=lambda out: "stop: never begun" in out.returned,
)
WAITS_FOR_BOTH = Misconception(
    id="waits-for-both",
    matches=lambda out: ending(out) == "still running",
)
LEAVES_IT_RUNNING = Misconception(
    id="leaves-the-other-running",
    matches=lambda out: ending(out) == out.expected[0] and len(out.returned) < len(out.expected),
)
DOES_NOT_WAIT = Misconception(
    id="does-not-wait-for-the-end",
    matches=lambda out: any("late" in one for one in out.returned[1:]),
)
WHILE_CODE = "await while_read(send, stop)"


CASES = (
    Case(
        "everything is sent",
        "The reader listens to the end, and has nothing to say.",
        f"# send takes a moment, stop would take {LONG_TIME:.0f} s\n{WHILE_CODE}",
        conversation(sends=True),
        ["returned 'sent'", "send: ended", "stop: cancelled"],
        (LISTENS_LATE, WAITS_FOR_BOTH, DOES_NOT_WAIT, LEAVES_IT_RUNNING),
    ),
    Case(
        "somebody presses Stop",
        "The answer would have taken half a minute more, and you pay for each token.",
        f"# stop takes a moment, send would take {LONG_TIME:.0f} s\n{WHILE_CODE}",
        conversation(stops=True),
        ["returned 'stopped'", "send: cancelled", "stop: ended"],
        (
            LISTENS_LATE,
            WAITS_FOR_BOTH,
            Misconception(
                id="says-sent",
                matches=lambda out: ending(out) == "returned 'sent'",
            ),
            DOES_NOT_WAIT,
            LEAVES_IT_RUNNING,
        ),
    ),
    Case(
        "the answer breaks off",
        "The caller must tell the reader, so the exception must reach the caller.",
        f"# send raises ConnectionError\n{WHILE_CODE}",
        conversation(fails=True),
        ["raised ConnectionError", "send: ended", "stop: cancelled"],
        (
            Misconception(
                id="swallows-the-failure",
                matches=lambda out: ending(out).startswith("returned"),
            ),
            Misconception(
                id="wraps-the-failure",
                matches=lambda out: "ExceptionGroup" in ending(out),
            ),
            DOES_NOT_WAIT,
            LEAVES_IT_RUNNING,
        ),
    ),
    Case(
        "the server is shut down",
        "The server cancels the task of each reader. Your function runs in such a task.",
        f"task = asyncio.create_task({WHILE_CODE.removeprefix('await ')})\n"
        "await asyncio.sleep(0.01)\ntask.cancel()",
        conversation(cancelled=True),
        ["cancelled", "send: cancelled", "stop: cancelled"],
        (
            Misconception(
                id="forgets-its-own-end",
                matches=lambda out: (
                    ending(out) == "cancelled" and len(out.returned) < len(out.expected)
                ),
            ),
            Misconception(
                id="swallows-cancellation",
                matches=lambda out: ending(out).startswith("returned"),
            ),
        ),
    ),
)
