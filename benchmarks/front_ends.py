"""How many tokens a second a real browser shows without falling behind, front end by front end.

    python benchmarks/front_ends.py [runs] [seconds]

Each front end gets the same tokens at the same rate: words of nine characters, an end of line
after every twelfth, for three seconds. The last one says when it was due, on the clock that
all processes of a machine share. Its lag is the time from then until a frame of the browser
has it in the page, so a source that can't keep its own pace falls behind as well. Rates go up
until the lag's median over the runs is above a quarter of a second, or the last token
never arrives.

- "transcript" is the course's view in a notebook, fed with the API's events.
- "web page" is the page of helpers/web, fed with the agent's; text comes as HTML by the line.
- "print, flushed" and "print" are the loops that everybody writes, in a cell of the same
  notebook: `print(token, end="", flush=True)`, and the same without the flush, which the kernel
  collects for a fifth of a second.

They take turns at each rate, in one JupyterLab, one web server and one Chromium, for about six
minutes; the machine should have nothing else to do. The longest standstill is the most time in
which text was on its way and none was shown.
"""

# ruff: noqa: T201, D103 (a script whose output is its purpose)

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RATES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
MOST_LAG = 0.25  # seconds
TICK = 0.005  # seconds; a network brings what is due meanwhile in one piece, too
PATIENCE = 8.0  # seconds after which a last token counts as lost
FRONT_ENDS = ("transcript", "web page", "print, flushed", "print")


# --- What every front end shows ---------------------------------------------------------------


def tokens(rate: int, seconds: float, run: str) -> Iterator[tuple[float, str]]:
    """Give tokens, each with when it is due, in seconds since 1970."""
    begun = time.time() + 0.1
    count = round(rate * seconds)
    for number in range(1, count):
        yield begun + number / rate, "streamed\n" if number % 12 == 0 else "streamed "
    due = begun + count / rate
    yield due, f"END{run}@{due:.3f}"


async def pace(rate: int, seconds: float, run: str) -> AsyncIterator[str]:
    for due, token in tokens(rate, seconds, run):
        if (early := due - time.time()) > 0:
            await asyncio.sleep(max(early, TICK))
        yield token


# --- The front ends in the notebook: this module is imported by its kernel --------------------


def transcript(rate: int, seconds: float, run: str) -> Any:
    """Return the course's view of an answer that arrives at a rate."""
    from helpers.widgets.transcript.view import Transcript

    async def events() -> AsyncIterator[dict[str, Any]]:
        block = {"type": "text", "text": ""}
        yield {"type": "message_start", "message": {"usage": {"input_tokens": 1}}}
        yield {"type": "content_block_start", "index": 0, "content_block": block}
        async for token in pace(rate, seconds, run):
            delta = {"type": "text_delta", "text": token}
            yield {"type": "content_block_delta", "index": 0, "delta": delta}
        yield {"type": "content_block_stop", "index": 0}
        yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}
        yield {"type": "message_stop"}

    @asynccontextmanager
    async def open_answer() -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        yield events()

    return Transcript("A long answer, please.", open_answer)


def print_at_rate(rate: int, seconds: float, run: str, flush: bool) -> None:
    """Print an answer that arrives at a rate."""
    for due, token in tokens(rate, seconds, run):
        if (early := due - time.time()) > 0:
            time.sleep(max(early, TICK))
        print(token, end="", flush=flush)


CELLS = {
    "transcript": "front_ends.transcript({rate}, {seconds}, '{run}')",
    "print, flushed": "front_ends.print_at_rate({rate}, {seconds}, '{run}', flush=True)",
    "print": "front_ends.print_at_rate({rate}, {seconds}, '{run}', flush=False)",
}


# --- The web page -----------------------------------------------------------------------------


def serve() -> None:
    """Serve the agent's page, with answers at the rate that is asked for."""
    from helpers.agent import (
        AgentEvent,
        BlockStarted,
        BlockStopped,
        MessageStopped,
        RunFinished,
        TextDelta,
        TurnFinished,
        TurnStarted,
    )
    from helpers.assistant.agent import Agent
    from helpers.history import Conversation, text_of
    from helpers.web.serving import start

    class Paced(Agent):
        def open(self) -> None:
            """Nobody is asked."""

        async def answer(self, conversation: Conversation) -> AsyncGenerator[AgentEvent]:
            rate, seconds, run = text_of(conversation.messages[-1]).split()
            block = {"type": "text", "text": ""}
            yield TurnStarted(1)
            yield BlockStarted(0, block)
            async for token in pace(int(rate), float(seconds), run):
                yield TextDelta(0, token)
            yield BlockStopped(0, block)
            message = {"content": [], "stop_reason": "end_turn"}
            yield MessageStopped(message)
            yield TurnFinished(1, message, "end_turn")
            yield RunFinished("end_turn", {}, 1)

    with start(Paced()) as server:
        print(server.page("fetch"), flush=True)
        sys.stdin.read()  # until the parent ends or closes the pipe


@contextmanager
def web_server() -> Iterator[str]:
    """Serve the page in a process of its own; give its address."""
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


# --- Looking ----------------------------------------------------------------------------------

# In each frame: how much text is there, and whether its last token is.
WATCH = """([selector, run, patience]) => new Promise((resolve) => {
    const begun = performance.now();
    let [length, changed, standstill] = [0, 0, 0];
    const step = () => {
        const now = performance.now();
        const text = [...document.querySelectorAll(selector)].at(-1)?.textContent ?? "";
        const found = text.lastIndexOf(`END${run}@`);
        if (text.length !== length && text.includes("streamed")) {
            if (changed) standstill = Math.max(standstill, now - changed);
            [length, changed] = [text.length, now];
        }
        if (found >= 0) {
            const due = parseFloat(text.slice(found).split("@")[1]);
            resolve([Date.now() / 1000 - due, standstill / 1000]);
        } else if (now - begun > 1000 * patience) {
            resolve(null);
        } else {
            requestAnimationFrame(step);
        }
    };
    step();
})"""


@dataclass
class Seen:
    """What a browser saw of one run; None for what it waited for in vain."""

    lag: float | None
    standstill: float | None


class Notebook:
    """A notebook in JupyterLab, whose first cell is written and run again and again."""

    selector = ".jp-NotebookPanel .jp-CodeCell:first-child .jp-OutputArea-output"

    def __init__(self, browser: Any, lab: Any) -> None:
        from tests.browser.lab import cell, write

        self.page = browser.new_page(viewport={"width": 1366, "height": 768})
        lab.open(self.page, "front_ends")
        first = cell(self.page, "front_ends")
        self.page.locator(".jp-NotebookPanel .jp-CodeCell").first.wait_for()
        self.write: Callable[[str], None] = lambda text: write(first, text)
        write(
            first,
            f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nimport front_ends",
        )
        lab.wait_until_idle(self.page)

    def show(self, front_end: str, rate: int, seconds: float, run: str) -> None:
        """Run a front end's cell."""
        self.write(CELLS[front_end].format(rate=rate, seconds=seconds, run=run))


class WebPage:
    """The web page, asked again and again."""

    selector = "article.answer .parts"

    def __init__(self, browser: Any, url: str) -> None:
        self.page = browser.new_page(viewport={"width": 1366, "height": 768})
        self.url = url

    def show(self, front_end: str, rate: int, seconds: float, run: str) -> None:
        """Ask for an answer at a rate, on a page that has shown none."""
        self.page.goto(self.url)
        self.page.locator("#prompt").fill(f"{rate} {seconds} {run}")
        self.page.keyboard.press("Enter")


def watch(place: Notebook | WebPage, front_end: str, rate: int, seconds: float, run: str) -> Seen:
    """Show a run and return what there was to see."""
    place.page.bring_to_front()
    place.show(front_end, rate, seconds, run)
    told = place.page.evaluate(WATCH, [place.selector, run, seconds + PATIENCE])
    return Seen(*told) if told else Seen(None, None)


def measure(runs: int, seconds: float) -> dict[str, dict[int, list[Seen]]]:
    """Return what was seen of each front end at each rate, up to the first that was too much."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS, find_browser
    from tests.browser.lab import running_lab

    seen: dict[str, dict[int, list[Seen]]] = {front_end: {} for front_end in FRONT_ENDS}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_notebook(home / "notebooks" / "front_ends.ipynb")
        lab = stack.enter_context(running_lab(home))
        url = stack.enter_context(web_server())
        playwright = stack.enter_context(sync_playwright())
        path = find_browser()
        if path is None:
            sys.exit("No browser found: install Chromium or Chrome (Debian: apt install chromium).")
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        stack.callback(browser.close)
        notebook, page = Notebook(browser, lab), WebPage(browser, url)
        for rate in RATES:
            for front_end in FRONT_ENDS:
                at = seen[front_end]
                if at and not keeps_up(list(at.values())[-1]):
                    continue
                place = page if front_end == "web page" else notebook
                at[rate] = [
                    watch(place, front_end, rate, seconds, f"{rate}x{run}") for run in range(runs)
                ]
                print(f"{rate:>7,}  {front_end:16}{describe(at[rate])}", flush=True)
                if place is notebook and not keeps_up(at[rate]):  # it may hang: take a new one
                    notebook.page.close()
                    notebook = Notebook(browser, lab)
    return seen


def write_notebook(path: Path) -> None:
    """Write a notebook with one cell."""
    cell = {
        "cell_type": "code",
        "id": "only",
        "source": "front_ends = None",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    path.parent.mkdir(parents=True)
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": [cell],
    }
    path.write_text(json.dumps(notebook), "utf-8")


def lag(seen: list[Seen]) -> float | None:
    """Return the median lag; None if a last token was lost."""
    lags = [one.lag for one in seen if one.lag is not None]
    return statistics.median(lags) if len(lags) == len(seen) else None


def keeps_up(seen: list[Seen]) -> bool:
    """Say whether a front end kept its pace."""
    late = lag(seen)
    return late is not None and late <= MOST_LAG


def describe(seen: list[Seen]) -> str:
    """Return lag and standstill in words."""
    late = lag(seen)
    if late is None:
        return "the last token never came"
    standstill = max(one.standstill or 0 for one in seen)
    return f"lag {late:6.2f} s   longest standstill {standstill:5.2f} s"


def main(runs: int = 3, seconds: float = 3.0) -> None:
    """Print what each front end shows at each rate, and the highest that each keeps up with."""
    print(f"Tokens a second, {runs} runs of {seconds:g} s each, taking turns.\n")
    seen = measure(runs, seconds)
    best = {
        front_end: max((rate for rate, of in seen[front_end].items() if keeps_up(of)), default=0)
        for front_end in FRONT_ENDS
    }
    print(f"\nThe highest rate with a lag under {MOST_LAG} s:\n")
    for front_end, rate in best.items():
        ratio = rate / best["print, flushed"] if best["print, flushed"] else float("inf")
        more = "  or more" if rate == RATES[-1] else ""
        print(f"{front_end:16}{rate:8,} tokens/s   {ratio:5.1f} × print, flushed{more}")


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main(*(type_(word) for type_, word in zip((int, float), sys.argv[1:], strict=False)))
