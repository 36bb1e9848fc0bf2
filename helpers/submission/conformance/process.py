"""An agent's file as a process: what it writes, and when it ends."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

from helpers.submission.conformance.launcher import SILENCED, limit
from helpers.submission.conformance.starvation import Starvation
from helpers.submission.conformance.warm import LAUNCHER, Warm, WarmProcess

__all__ = ["Agent", "Limits", "launch", "limiter", "read_base_environment"]

OUTSIDE = "outside: "
MOST_NOTES = 100_000  # bytes


@dataclass(frozen=True)
class Limits:
    """What a run of a foreign file may take.

    Attributes:
        seconds: of processor time.
        patience: seconds that a case waits for what has to come; long, so that a busy machine
            fails nobody.
        output: bytes that it may write.
        memory: bytes of address space; where the system can limit that (not on Windows).
        outside: takes what an agent tried with files and processes that are none of its own, as
            far as the launcher saw it.
    """

    seconds: float = 20.0
    patience: float = 8.0
    output: int = 1_000_000
    memory: int = 1 << 30
    outside: Callable[[str], None] = field(default=lambda words: None)

    @property
    def numbers(self) -> dict[str, int]:
        """What the system holds, as the launcher's `limit` takes it."""
        return {"seconds": int(self.seconds) + 1, "output": self.output, "memory": self.memory}


class Notes:
    """What the launcher notes, from the reading end of a pipe: nobody takes anything back."""

    def __init__(self) -> None:
        self._data = b""
        self._reading, self.writing = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def lines(self) -> list[str]:
        """Return what has come so far."""
        return self._data.decode("utf-8", "replace").splitlines()

    async def wait_for_end(self) -> None:
        """Wait until all has come; not for long, as somebody may have kept the other end."""
        for _ in range(200):
            if not self._reader.is_alive():
                return
            await asyncio.sleep(0.01)

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self._reading, 4096):
                if len(self._data) < MOST_NOTES:
                    self._data += data
        os.close(self._reading)


class Agent:
    """A running agent.

    Attributes:
        out, err: what it has written so far.
        flooded: whether it wrote more than it may, and was stopped for that.
        starvation: for how long the machine had no time for it.
    """

    def __init__(
        self, process: asyncio.subprocess.Process | WarmProcess, limits: Limits, notes: "Notes"
    ) -> None:
        self.out = ""
        self.err = ""
        self.flooded = False
        self.starvation = Starvation(process.pid)
        self._process = process
        self._limits = limits
        self._notes = notes
        self._raw = {1: b"", 2: b""}
        self._open = 2  # channels that may still bring something
        self._news = asyncio.Condition()
        assert process.stdout is not None and process.stderr is not None
        self._readers = [
            asyncio.create_task(self._read(1, process.stdout)),
            asyncio.create_task(self._read(2, process.stderr)),
        ]

    @property
    def notes(self) -> list[str]:
        """What the launcher noted; what is outside the agent's own is told elsewhere."""
        found = [words for words in self._notes.lines() if not words.startswith(OUTSIDE)]
        if self._process.returncode == SILENCED:
            found.append("silences its launcher")
        return found

    async def shows(self, words: str, seconds: float) -> bool:
        """Wait until some words have been written; False if they weren't in time."""
        return await self._comes(lambda: words in self.out, seconds)

    async def writes(self, seconds: float) -> bool:
        """Wait until it has written anything but blanks; False if it hasn't in time."""
        return await self._comes(lambda: bool(self.out.strip()), seconds)

    async def over(self) -> None:
        """Wait until the process has ended; what it wrote may still be on its way."""
        await self._process.wait()

    async def ends(self, seconds: float) -> int | None:
        """Wait for its end; return the exit code, or None if it still runs."""

        async def end() -> int:
            code = await self._process.wait()
            await asyncio.gather(*map(asyncio.shield, self._readers))
            await self._notes.wait_for_end()
            return code

        with suppress(TimeoutError):
            return await self.starvation.wait(end(), seconds)
        return None

    async def _comes(self, what: Callable[[], bool], seconds: float) -> bool:
        """Wait until something has been written, or can't be any more; say whether it was."""

        async def news() -> None:
            async with self._news:
                await self._news.wait_for(lambda: what() or not self._open)

        with suppress(TimeoutError):
            await self.starvation.wait(news(), seconds)
        return what()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)

    async def kill(self) -> None:
        """End it, and wait until it has."""
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self.starvation.end()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _read(self, channel: int, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(65536):
            self._raw[channel] += data
            if sum(map(len, self._raw.values())) > self._limits.output:
                self.flooded = True
                self._process.kill()
                return
            async with self._news:
                text = self._raw[channel].decode("utf-8", "replace").replace("\r\n", "\n")
                if channel == 1:
                    self.out = text
                else:
                    self.err = text
                self._news.notify_all()
        async with self._news:
            self._open -= 1
            self._news.notify_all()


@asynccontextmanager
async def launch(
    file: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    limits: Limits,
    warm: Warm | None = None,
) -> "AsyncGenerator[Agent]":
    """Start an agent; leaving the block ends it, with all that it has started.

    Args:
        file: the agent.
        arguments: its command line.
        environment: all of its environment, but for what a process needs to start.
        limits: what it may take.
        warm: what forks for it, if it needn't be started afresh.
    """
    with tempfile.TemporaryDirectory(prefix="agent-", ignore_cleanup_errors=True) as name:
        notes = Notes()
        command = [_absolute(file), *arguments]
        whole = {
            **read_base_environment(),
            "HOME": name,
            "TMPDIR": name,
            "TEMP": name,
            **environment,
        }
        process: asyncio.subprocess.Process | WarmProcess | None = None
        try:
            if warm is not None and warm.alive:
                with suppress(OSError):  # another agent has ended the launcher
                    process = await warm.start(command, name, whole, limits.numbers, notes.writing)
            if process is None:
                python = [sys.executable, "-I", "-B", "-X", "utf8", str(LAUNCHER)]
                process = await asyncio.create_subprocess_exec(
                    *(*python, str(_name_for_child(notes.writing)), *command),
                    cwd=name,
                    env=whole,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    start_new_session=sys.platform != "win32",
                    preexec_fn=limiter(limits) if sys.platform != "win32" else None,
                    **_pass_on(notes.writing),
                )
        finally:
            os.close(notes.writing)
        agent = Agent(process, limits, notes)
        try:
            yield agent
        finally:
            await agent.kill()
            await notes.wait_for_end()
            for words in notes.lines():
                if words.startswith(OUTSIDE):
                    limits.outside(words.removeprefix(OUTSIDE))


def read_base_environment() -> dict[str, str]:
    """Return what any process needs to start."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}


def _name_for_child(file: int) -> int:
    """Return what an open file is called in a process that inherits it."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.get_osfhandle(file)
    return file


def _pass_on(file: int) -> dict[str, Any]:
    """Return the options that make a new process inherit an open file."""
    if sys.platform == "win32":
        handle = _name_for_child(file)
        os.set_handle_inheritable(handle, True)
        return {"startupinfo": subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})}
    return {"pass_fds": (file,)}


def _absolute(file: Path) -> str:
    return str(file.resolve())


def limiter(limits: Limits) -> Callable[[], None]:
    """Return what sets the limits of a process that is about to become the agent."""
    import resource  # noqa: F401  here: in the new process no import may wait for another thread

    return partial(limit, **limits.numbers)
