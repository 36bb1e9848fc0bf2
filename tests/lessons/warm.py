"""Children for many checks that start warm: each is a fork of one that knows every lesson.

Most of a check's time goes to the start of Python and to imports. A fork of a process that has
done both is as alone as a new one, and is there at once. tests/lessons/test_runner.py tries the
start that learners get.
"""

import multiprocessing
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection

import pytest

from helpers.lessons import exercise_ids, find_exercise
from helpers.lessons.checking import runner, sandbox
from helpers.lessons.exercise import module_of

CONTEXT = multiprocessing.get_context("forkserver")
# What a fork has to import would be imported again in each.
CHECKS = [module_of(find_exercise(id).folder / "checks.py") for id in exercise_ids()]
CONTEXT.set_forkserver_preload([__name__, *CHECKS])


def work(*pipes: Connection) -> None:
    """Become what runner.start_python starts."""
    os.setsid()
    for number, pipe in enumerate(pipes):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdin = os.fdopen(0, closefd=False)  # multiprocessing has put another there
    warnings.simplefilter("ignore")
    sandbox.main()


class WarmChild:
    """A process with what the runner uses of a Popen."""

    def __init__(self) -> None:
        ends = [CONTEXT.Pipe(duplex=False) for _ in range(3)]
        (read_in, write_in), (read_out, write_out), (read_err, write_err) = ends
        self._process = CONTEXT.Process(target=work, args=(read_in, write_out, write_err))
        self._process.start()
        self.pid = self._process.pid
        self.stdin = os.fdopen(os.dup(write_in.fileno()), "wb")
        self.stdout = os.fdopen(os.dup(read_out.fileno()), "rb")
        self.stderr = os.fdopen(os.dup(read_err.fileno()), "rb")
        for pair in ends:
            for end in pair:
                end.close()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a check", timeout or 0)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()


@contextmanager
def warm_starts() -> Iterator[None]:
    """Let checks start warm while the block runs, where a system has forks."""
    if os.name != "posix":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        # The fork server keeps the environment in which it starts: the one of every check.
        patch.setenv("PYTHONHASHSEED", "0")
        forkserver.ensure_running()
        patch.undo()
        patch.setattr(runner, "start_python", WarmChild)
        yield
