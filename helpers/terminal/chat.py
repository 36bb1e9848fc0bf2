"""A conversation with the agent in a terminal, in which each prompt gets its answer.

On a terminal it is alive: the input line stays where it is while an answer streams, so
that typing something else interrupts it and Ctrl-C stops it. Elsewhere it is plain text.
"""

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from helpers.assistant.agent import Agent
from helpers.history import Conversation
from helpers.render.cost import footer
from helpers.render.endings import sentence
from helpers.render.run_state import RunState
from helpers.session.metering import SpendingCapReached
from helpers.session.session import Session
from helpers.terminal.events import show
from helpers.terminal.live_screen import LiveScreen
from helpers.terminal.screen import PlainScreen, Screen

__all__ = ["STOPPED", "Talk", "run_live", "run_plain"]

STOPPED = 130  # the exit code of a program that Ctrl-C ended


@dataclass
class Talk:
    """A conversation with an agent, which sees a folder."""

    agent: Agent
    folder: Path
    conversation: Conversation = field(default_factory=Conversation)

    @property
    def session(self) -> Session:
        """The agent's."""
        return self.agent.session

    def interrupt(self, words: str, screen: Screen) -> None:
        """Take what the user says while an answer runs."""
        screen.typed.append(words)
        self.conversation.say(words)

    async def answer(self, prompt: str, screen: Screen) -> int:
        """Answer a prompt on a screen; return an exit code. Cancelling this stops it cleanly."""
        self.conversation.say(prompt)
        begun, spent = time.monotonic(), self.session.spent
        run = None
        try:
            while run is None or screen.typed:  # typed too late to interrupt is a prompt, too
                screen.echo_input()
                run = await show(self.agent.answer(self.conversation), screen)
                if run.state == "failed":
                    break
        except asyncio.CancelledError:
            cost = self.session.spent - spent
            screen.note("■", f"Stopped. It cost ${cost:.4f}." if cost else "Stopped.")
            return STOPPED
        except SpendingCapReached as reached:
            screen.note("✕", sentence(str(reached)))
            return 1
        finally:
            screen.echo_input()
        screen.note("", self.footer(run, self.session.spent - spent, time.monotonic() - begun))
        return 1 if run.state == "failed" else 0

    def footer(self, run: RunState, dollars: float, seconds: float) -> str:
        """Return the line under an answer."""
        return footer(
            turns=run.turn,
            usage=run.tokens,
            counted=run.counted,
            seconds=seconds,
            dollars=dollars if self.session.counts_cost else None,
            offline=self.session.mode == "mock",
        )


async def converse(talk: Talk, screen: LiveScreen, prompt: str) -> int:
    """Answer a prompt, or one after another as they are typed if there is none yet."""
    once = bool(prompt)
    async with talk.agent.keep_open():
        screen.on_line = lambda words: talk.interrupt(words, screen)
        while True:
            line = prompt or await screen.next_line()
            if line is None:
                return 0
            if not once:
                screen.note(">", line)
            # A task of its own, so that Ctrl-C can cancel the answer and not the conversation.
            answer = asyncio.create_task(talk.answer(line, screen))
            screen.answer = answer
            try:
                await asyncio.wait({answer})
            finally:
                answer.cancel()
                await asyncio.wait({answer})
                screen.answer = None
            if once:
                return answer.result()


async def run_live(talk: Talk, prompt: str) -> int:
    """Hold the conversation on a terminal; return an exit code."""
    screen = LiveScreen()
    if not prompt:
        screen.note("", talk.session.describe())
        screen.note("", f"The agent sees the files in {talk.folder} and can't change them.")
    keyboard = asyncio.create_task(screen.app.run_async(set_exception_handler=False))
    talking = asyncio.create_task(converse(talk, screen, prompt))
    try:
        await asyncio.wait({keyboard, talking}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        talking.cancel()
        await asyncio.wait({talking})
        screen.settle()
        if screen.app.is_running:
            screen.app.exit()
        with suppress(EOFError):  # the terminal was closed
            await keyboard
    return STOPPED if talking.cancelled() else talking.result()


def run_plain(talk: Talk, prompt: str) -> int:
    """Answer where no line can be drawn over: a prompt, or line after line of a terminal."""
    screen = PlainScreen(sys.stdout)

    async def answer(line: str) -> int:
        async with talk.agent.keep_open():
            return await talk.answer(line, screen)

    # Ctrl-C cancels what the runner runs, and between two answers it ends the program.
    with asyncio.Runner() as runner:
        if prompt:
            return runner.run(answer(prompt))
        while line := read_line():
            if line.strip():
                runner.run(answer(line.strip()))
    return 0


def read_line() -> str:
    """Return the next line that the user types; empty at the end of input."""
    sys.stderr.write("> ")
    sys.stderr.flush()
    return sys.stdin.readline()
