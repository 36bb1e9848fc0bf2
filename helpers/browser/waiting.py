"""A view's `wait` in a cell, where the page's engine can't block: the cell awaits it instead."""

import asyncio
import re
import time
from typing import Any

__all__ = ["add_awaits", "install", "wait"]

LOOK_SECONDS = 0.1
# A line of a cell that waits, and does nothing else.
LINE = re.compile(r"^(\w+)\.wait\((.*)\)(\s*(?:#.*)?)$")
FUNCTION = '__import__("helpers.browser.waiting", fromlist=["wait"]).wait'


def install(shell: Any) -> None:
    """Let cells await what they wait for, if the page's engine lacks JSPI; once is enough."""
    import js  # type: ignore[import-not-found, unused-ignore]

    marks = [getattr(one, "__name__", "") for one in shell.input_transformers_cleanup]
    if not hasattr(js.WebAssembly, "Suspending") and add_awaits.__name__ not in marks:
        shell.input_transformers_cleanup.append(add_awaits)


def add_awaits(lines: list[str]) -> list[str]:
    """Return a cell's lines, with `await` where one of them waits."""
    if lines and lines[0].startswith("%%"):
        return lines
    return [LINE.sub(_instead, line) for line in lines]


def _instead(found: re.Match[str]) -> str:
    given = f"{found[1]}, {found[2]}" if found[2] else found[1]
    return f"await {FUNCTION}({given}){found[3]}"


async def wait(view: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109
    """Do what `view.wait` does, and let the page go on meanwhile."""
    until = None if timeout is None else time.monotonic() + timeout
    while not (ended := view.wait(0)) and (until is None or time.monotonic() < until):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)  # what is waited for has no event
    return ended
