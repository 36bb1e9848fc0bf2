"""An event loop whose time jumps, and which gives up what goes on for too long."""

import asyncio
from contextlib import suppress

from helpers.simulation.virtual_time import VirtualTimeLoop

__all__ = ["BoundedLoop", "Hung", "end"]

MOST_SECONDS = 3600.0  # of virtual time; patience with an answer ends long before
MOST_STEPS = 20_000  # of the event loop
STEPS_TO_END, SECONDS_TO_END = 500, 60.0  # that a run which is given up has for its `finally`


class Hung(BaseException):
    """A run that is given up; no `except Exception` stops this."""


class BoundedLoop(VirtualTimeLoop):
    """A loop whose time jumps, and which gives up what goes on for too long."""

    def __init__(self) -> None:
        super().__init__()
        self.steps_left = MOST_STEPS
        self.until = MOST_SECONDS
        # What a run that was given up leaves behind is nobody's news.
        self.set_exception_handler(lambda loop, context: None)

    def select(self, timeout: float | None) -> list[object]:
        """Wait for what is next, unless there is nothing, or there was too much."""
        self.steps_left -= 1
        if self.steps_left < 0:
            raise Hung("it goes round without getting anywhere")
        if timeout is None:
            raise Hung("it waits for something that never comes")
        return super().select(timeout)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, unless too much has."""
        super().pass_time(seconds)
        if self.time() > self.until:
            self.until = self.time() + SECONDS_TO_END  # this may be raised in a task: let it end
            raise Hung(f"after {MOST_SECONDS:,.0f} seconds it was still waiting")


def end(loop: BoundedLoop) -> None:
    """Let what is left of a run end itself, if it does."""
    loop.steps_left = STEPS_TO_END
    loop.until = loop.time() + SECONDS_TO_END

    async def cancel() -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        await loop.shutdown_asyncgens()

    work = cancel()
    try:
        with suppress(Hung):
            loop.run_until_complete(work)
    finally:
        work.close()
        loop.close()
