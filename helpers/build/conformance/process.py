"""An agent's file as a process: what it writes, and when it ends."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["Agent", "Limits", "launched", "limiter"]

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class Limits:
    """What a run of a foreign file may take.

    Attributes:
        seconds: of processor time.
        patience: seconds that a case waits for what has to come; long, so that a busy machine
            fails nobody.
        output: bytes that it may write.
        memory: bytes of address space; where the system can limit that (not on Windows).
        prefix: a program in front of Python, such as bubblewrap with its options; gets the
            folder that may be written to.
    """

    seconds: float = 20.0
    patience: float = 8.0
    output: int = 1_000_000
    memory: int = 1 << 30
    prefix: Callable[[Path], Sequence[str]] = field(default=lambda folder: ())


class Agent:
    """A running agent.

    Attributes:
        out, err: what it has written so far.
        flooded: whether it wrote more than it may, and was stopped for that.
    """

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits, notes: Path) -> None:
        self.out = ""
        self.err = ""
        self.flooded = False
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
        """What the launcher noted."""
        with suppress(OSError):
            return self._notes.read_text("utf-8", "replace").splitlines()
        return []

    async def shows(self, words: str, seconds: float) -> bool:
        """Wait until some words have been written; False if they weren't in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: words in self.out or not self._open)
        return words in self.out

    async def writes(self, seconds: float) -> bool:
        """Wait until it has written anything but blanks; False if it hasn't in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: bool(self.out.strip()) or not self._open)
        return bool(self.out.strip())

    async def over(self) -> None:
        """Wait until the process has ended; what it wrote may still be on its way."""
        await self._process.wait()

    async def ends(self, seconds: float) -> int | None:
        """Wait for its end; return the exit code, or None if it still runs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                code = await self._process.wait()
                await asyncio.gather(*self._readers)
                return code
        return None

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
async def launched(
    file: Path, arguments: Sequence[str], environment: Mapping[str, str], limits: Limits
) -> "AsyncGenerator[Agent]":
    """Start an agent; leaving the block ends it, with all that it has started.

    Args:
        file: the agent.
        arguments: its command line.
        environment: all of its environment, but for what a process needs to start.
        limits: what it may take.
    """
    with tempfile.TemporaryDirectory(prefix="agent-", ignore_cleanup_errors=True) as name:
        notes, command = _command(file, name, arguments, limits)
        needed = {k: os.environ[k] for k in ("SYSTEMROOT", "PATH") if k in os.environ}
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=name,
            env={**needed, "HOME": name, "TMPDIR": name, "TEMP": name, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=sys.platform != "win32",
            preexec_fn=limiter(limits) if sys.platform != "win32" else None,
        )
        agent = Agent(process, limits, notes)
        try:
            yield agent
        finally:
            await agent.kill()


def _command(
    file: Path, folder: str, arguments: Sequence[str], limits: Limits
) -> tuple[Path, list[str]]:
    """Return where the launcher puts its notes, and the whole command."""
    here = Path(folder).resolve()
    python = [sys.executable, "-I", "-X", "utf8", str(LAUNCHER)]
    notes = here / "notes"
    return notes, [*limits.prefix(here), *python, str(notes), str(file.resolve()), *arguments]


def limiter(limits: Limits) -> Callable[[], None]:
    """Return what sets the limits of a process that is about to become the agent."""
    import resource

    seconds = int(limits.seconds) + 1

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":  # elsewhere it is not kept, or it forbids a normal start
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))

    return limit
