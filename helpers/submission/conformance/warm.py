"""Starts agents from a process that has imported already what most of them import.

Python and httpx take half of the processor time of a short run, and a suite has more than a
hundred runs. On Linux a launcher imports httpx once, and forks for each agent; elsewhere each
agent is started afresh.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

__all__ = ["Warm", "WarmProcess", "warm_up"]

LAUNCHER = Path(__file__).with_name("launcher.py")
MOST = 1 << 16  # bytes of a message


class WarmProcess:
    """A forked agent, with as much of asyncio's Process as an Agent uses."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None
        self._over = asyncio.Event()

    async def wait(self) -> int:
        """Wait for its end; return its exit code, or minus the signal that ended it."""
        await self._over.wait()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal.

        Raises:
            ProcessLookupError: it has ended.
        """
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def discard(self) -> None:
        """End it with all that it has started: nobody has it."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def end(self, code: int) -> None:
        """Take note of its end."""
        self.returncode = code
        self._over.set()


class Warm:
    """A launcher that forks for each agent."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._running: dict[int, WarmProcess] = {}
        self._asked: dict[int, asyncio.Future[WarmProcess]] = {}
        self._count = 0
        self._reader = asyncio.create_task(self._read())

    async def start(
        self,
        command: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        limits: Mapping[str, int],
        notes: int,
    ) -> WarmProcess:
        """Start an agent.

        Args:
            command: the agent's file and its arguments.
            folder: where it works.
            environment: all of its environment.
            limits: what the launcher's `limit` takes.
            notes: the writing end of the pipe for the launcher's notes.

        Raises:
            OSError: the launcher is gone.
        """
        reading, writing = zip(*(os.pipe() for _ in range(2)), strict=True)
        try:
            streams = [await _reader_of(file) for file in reading]
            self._count += 1
            job = {"number": self._count, "command": [*command], "folder": folder}
            job |= {"limits": {**limits}, "environment": {**environment}}
            process = await self._ask(job, [*writing, notes])
        finally:
            for file in writing:
                os.close(file)
        process.stdout, process.stderr = streams
        return process

    async def _ask(self, job: Mapping[str, Any], files: Sequence[int]) -> WarmProcess:
        """Have the launcher fork, and wait until it has."""
        number = job["number"]
        asked: asyncio.Future[WarmProcess] = asyncio.get_running_loop().create_future()
        self._asked[number] = asked
        try:
            socket.send_fds(self._control, [json.dumps(job).encode()], files)
        except OSError:
            del self._asked[number]
            raise
        try:
            return await asked
        except asyncio.CancelledError:
            if asked.done() and not asked.cancelled() and not asked.exception():
                asked.result().discard()
            raise

    @property
    def alive(self) -> bool:
        """Whether it can start an agent."""
        return not self._reader.done()

    async def close(self) -> None:
        """Let the launcher end; agents that still run are their owners' to end."""
        self._reader.cancel()
        # The loop has to forget the socket before it is closed. The next that is opened may get
        # its number, and the loop would take it for this one and hear nothing of it.
        await asyncio.gather(self._reader, return_exceptions=True)
        self._control.close()

    async def _read(self) -> None:
        """Take note of each begin and each end that the launcher tells."""
        loop = asyncio.get_running_loop()
        try:
            while data := await loop.sock_recv(self._control, MOST):
                match json.loads(data):
                    case {"number": int(number), "pid": int(pid)}:
                        process = self._running[pid] = WarmProcess(pid)
                        asked = self._asked.pop(number)
                        if asked.cancelled():  # nobody waits for it any more
                            process.discard()
                        else:
                            asked.set_result(process)
                    case {"pid": int(pid), "code": int(code)}:
                        self._running.pop(pid).end(code)
        except OSError:
            pass
        finally:
            # Somebody ended the launcher; who did has no good end, either.
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(OSError("the launcher has ended"))
            for process in self._running.values():
                process.end(-signal.SIGKILL)


async def _reader_of(file: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe = os.fdopen(file, "rb", 0)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


@asynccontextmanager
async def warm_up(environment: Mapping[str, str]) -> AsyncGenerator[Warm | None]:
    """Give a launcher that forks for each agent, where the system can; else None.

    Args:
        environment: that of the launcher itself; each agent gets its own.
    """
    if sys.platform != "linux":
        yield None
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.setblocking(False)
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-B", "-X", "utf8", str(LAUNCHER)),
            *("serve", str(theirs.fileno())),
            env={**environment},
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
            **options,
        )
        theirs.close()
        warm = Warm(ours)
        try:
            yield warm
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await warm.close()
            await process.wait()
