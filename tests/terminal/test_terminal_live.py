"""The live screen, with a keyboard and a terminal that exist in this process only."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.formatted_text import fragment_list_to_text
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from helpers.terminal.live_screen import LiveScreen

CTRL_C, CTRL_D = "\x03", "\x04"


class Paper(DummyOutput):
    """A terminal that keeps what was written for good and lets the rest go."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data


@asynccontextmanager
async def running() -> AsyncIterator[tuple[LiveScreen, PipeInput, Paper]]:
    paper = Paper()
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=paper):
        screen = LiveScreen(clock=lambda: 5.0)
        task = asyncio.create_task(screen.app.run_async())
        await until(lambda: screen.app.is_running)
        try:
            yield screen, keyboard, paper
        finally:
            screen.app.exit()
            await task


def live(screen: LiveScreen) -> list[str]:
    """Return what stands above the input line and will change."""
    return fragment_list_to_text(screen._live()).rstrip("\n").split("\n")


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_line_is_plain_until_it_is_finished():
    async with running() as (screen, _, paper):
        screen.text("Some **bo")
        assert live(screen) == ["Some **bo"]
        await asyncio.sleep(0.1)
        screen.text("ld** text.\nMore")
        screen.settle()
        assert live(screen) == ["More"]
        assert "Some bold text." in paper.written
        screen.end_text()
        screen.settle()
        assert live(screen) == [""]


async def test_what_runs_stands_below_with_its_clock():
    async with running() as (screen, _, paper):
        screen.text("Wait")
        screen.status("a", "Reading\x1b[2J a.txt")
        screen.note("✓", "Reading b.txt: done, 1 ms")
        assert live(screen) == [
            "Wait",
            "",
            "✓ Reading b.txt: done, 1 ms",
            "  Reading�[2J a.txt… 0.0 s",
        ]
        screen.end_text()
        screen.status("a", "")
        screen.settle()
        assert live(screen) == [""]
        assert paper.written.index("Wait") < paper.written.index("✓ ")


async def test_the_live_region_stays_within_the_terminal():
    async with running() as (screen, _, _):
        height, width = screen.app.output.get_size()
        screen.text("word " * 10_000)
        rows = live(screen)
        assert len(rows) <= height - 4
        assert all(len(row) <= width for row in rows)


async def test_a_line_of_a_million_characters_is_soon_done():
    async with running() as (screen, _, _):
        begun = time.thread_time()
        screen.text("x" * 1_000_000 + "\n")
        screen.settle()
        assert time.thread_time() - begun < 2


async def test_lines_go_to_who_waits_for_them():
    heard: list[str] = []
    async with running() as (screen, keyboard, _):
        screen.on_line = heard.append
        keyboard.send_text("  first \r\r")
        assert await screen.next_line() == "first"
        screen.answer = asyncio.create_task(asyncio.sleep(60))
        keyboard.send_text("second\r")
        await until(lambda: heard)
        keyboard.send_text(CTRL_C)
        with pytest.raises(asyncio.CancelledError):
            await screen.answer
        screen.answer = None
        assert heard == ["second"]


async def test_ctrl_c_ends_only_when_it_is_pressed_twice():
    async with running() as (screen, keyboard, _):

        def hint() -> str:
            return fragment_list_to_text(screen._hint())

        keyboard.send_text("half a line" + CTRL_C)  # clears what was typed
        keyboard.send_text(CTRL_C)
        await until(lambda: hint() == "Press Ctrl-C again to end.")
        keyboard.send_text("x")
        await until(lambda: hint() == "Ctrl-D ends.")
        keyboard.send_text(CTRL_C + CTRL_C + CTRL_C)
        assert await screen.next_line() is None


async def test_ctrl_d_stops_and_ends():
    async with running() as (screen, keyboard, _):
        screen.answer = asyncio.create_task(asyncio.sleep(60))
        keyboard.send_text(CTRL_D)
        assert await screen.next_line() is None
        with pytest.raises(asyncio.CancelledError):
            await screen.answer
        screen.answer = None
