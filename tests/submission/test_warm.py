"""Agents that are forked see what agents that are started afresh see."""

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from helpers.submission.conformance.process import Agent, Limits, launch, read_base_environment
from helpers.submission.conformance.warm import LAUNCHER, Warm, warm_up
from tests.mock.exchange import until
from tests.processes import has_ended

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="agents are forked on Linux only")

LOOK = """
import json, os, resource, signal, sys
print(json.dumps({
    "name": __name__, "arguments": sys.argv[1:], "file": os.path.basename(sys.argv[0]),
    "environment": sorted(os.environ), "at home": os.getcwd() == os.environ["HOME"],
    "leads": os.getpid() == os.getsid(0) == os.getpgrp(), "input": sys.stdin.read(),
    "flags": [sys.flags.isolated, sys.flags.utf8_mode, sys.dont_write_bytecode],
    "files": sorted(os.listdir("/proc/self/fd")),
    "ctrl-c": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "limits": [resource.getrlimit(one) for one in (resource.RLIMIT_CPU, resource.RLIMIT_AS)],
    "frozen": "helpers" in sys.modules, "umask": os.umask(0),
}))
print("to the other channel", file=sys.stderr)
sys.exit(3)
"""


@asynccontextmanager
async def running(
    file: Path, source: str, warm: Warm | None, limits: Limits | None = None
) -> AsyncIterator[Agent]:
    await asyncio.to_thread(file.write_text, source, encoding="utf-8")
    given = (["--a", "ä b"], {"KEY": "k"}, limits or Limits())
    async with launch(file, *given, warm) as agent:
        yield agent


async def find_launcher() -> psutil.Process:
    def found() -> list[psutil.Process]:
        children = psutil.Process().children()
        return [one for one in children if str(LAUNCHER) in one.cmdline()]

    async with asyncio.timeout(60):
        await until(found)  # a process that has just begun has no command line yet
    [launcher] = found()
    return launcher


async def test_it_sees_the_same(tmp_path: Path):
    seen = []
    async with warm_up(read_base_environment()) as warm:
        for start in (None, warm):
            async with running(tmp_path / "agent.py", LOOK, start) as agent:
                assert await agent.ends(60) == 3
                assert agent.err == "to the other channel\n"
                seen.append(json.loads(agent.out))
    afresh, forked = seen
    assert len(forked.pop("files")) == len(afresh.pop("files"))
    assert forked == afresh
    assert forked["arguments"] == ["--a", "ä b"]
    assert forked["leads"]


async def test_many_run_side_by_side_and_each_ends_as_it_ends(tmp_path: Path):
    source = "import os, sys, time\nn = int(os.environ['N'])\nprint(n, flush=True)\nos._exit(n)"
    file = tmp_path / "agent.py"
    file.write_text(source, encoding="utf-8")

    async def one(number: int, warm: Warm | None) -> tuple[int | None, str]:
        async with launch(file, [], {"N": str(number)}, Limits(), warm) as agent:
            return await agent.ends(60), agent.out

    async with warm_up(read_base_environment()) as warm:
        ends = await asyncio.gather(*(one(number, warm) for number in range(20)))
    assert ends == [(number, f"{number}\n") for number in range(20)]


async def test_it_is_interrupted_and_killed_as_any_process(tmp_path: Path):
    file, endless = tmp_path / "agent.py", "import time\nprint('on')\nwhile True: time.sleep(9)"
    endless = endless.replace("print('on')", "print('on', flush=True)")
    async with warm_up(read_base_environment()) as warm:
        async with running(file, endless, warm) as agent:
            assert await agent.shows("on", 60)
            agent.interrupt()
            assert await agent.ends(60) == -signal.SIGINT
            assert "KeyboardInterrupt" in agent.err
        async with running(file, endless, warm) as agent:
            assert await agent.shows("on", 60)
        assert agent._process.returncode == -signal.SIGKILL


async def test_its_limits_hold(tmp_path: Path):
    file, limits = tmp_path / "agent.py", replace(Limits(), seconds=0)
    async with warm_up(read_base_environment()) as warm:
        async with running(file, "while True: pass", warm, limits) as agent:
            assert await agent.ends(60) in (-signal.SIGXCPU, -signal.SIGKILL)
        async with running(file, "x = bytearray(2 << 30)", warm) as agent:
            assert await agent.ends(60) == 1
            assert "MemoryError" in agent.err
        async with running(file, "while True: print('x' * 999)", warm) as agent:
            assert await agent.ends(60) == -signal.SIGKILL
            assert agent.flooded


async def test_who_ends_the_launcher_ends_nobody_elses_run(tmp_path: Path):
    attack = (
        "import os, signal\nprint(os.getpid(), flush=True)\nos.kill(os.getppid(), signal.SIGKILL)"
    )
    outside: list[str] = []
    async with warm_up(read_base_environment()) as warm:
        assert warm is not None
        limits = Limits(outside=outside.append)
        async with running(tmp_path / "attack.py", attack, warm, limits) as agent:
            assert await agent.ends(60) == -signal.SIGKILL
            attacker = int(agent.out)
        assert outside == ["signals another process"]
        assert not warm.alive
        async with running(tmp_path / "agent.py", "print('fine')", warm) as agent:
            assert await agent.ends(60) == 0
            assert agent.out == "fine\n"
    async with asyncio.timeout(60):
        await until(lambda: has_ended(attacker))


async def test_whoever_waits_for_a_launcher_that_ends_is_started_afresh(tmp_path: Path):
    async def run(warm: Warm) -> tuple[int, str]:
        async with running(tmp_path / "agent.py", "print('fine')", warm) as agent:
            return await agent.ends(60), agent.out

    async with warm_up(read_base_environment()) as warm:
        assert warm is not None
        launcher = await find_launcher()
        launcher.suspend()  # it is asked, and does not answer
        start = asyncio.create_task(run(warm))
        async with asyncio.timeout(60):
            await until(lambda: warm._asked)
        launcher.kill()
        assert await start == (0, "fine\n")


async def test_an_agent_that_ends_at_once_is_not_missed_by_a_slow_loop(tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text("import os\nos._exit(7)", encoding="utf-8")
    async with warm_up(read_base_environment()) as warm:
        assert warm is not None
        for turns in (0, 20):
            stand_still(turns)
            async with launch(file, [], {}, Limits(), warm) as agent:
                assert await agent.ends(60) == 7
        assert warm.alive


def stand_still(turns: int) -> None:
    """Hold up the loop in each of its next turns."""
    if turns:
        time.sleep(0.05)
        asyncio.get_running_loop().call_soon(stand_still, turns - 1)


async def test_one_that_is_closed_leaves_its_number_to_whatever_is_opened_next():
    loop, unheard, pairs = asyncio.get_running_loop(), set(), []

    def hear(one: socket.socket) -> None:
        loop.remove_reader(one)
        unheard.remove(one)

    def open_many() -> None:
        for _ in range(20):
            pairs.append(socket.socketpair())
            for one, other in (pairs[-1], pairs[-1][::-1]):
                unheard.add(one)
                loop.add_reader(one, hear, one)
                other.send(b"x")

    async with warm_up(read_base_environment()):
        await asyncio.sleep(0)  # it reads
        loop.call_soon(open_many)  # in the same turn of the loop in which it is closed
    async with asyncio.timeout(60):
        await until(lambda: not unheard)
    for pair in pairs:
        for one in pair:
            one.close()


async def test_a_start_that_is_given_up_harms_nobody_and_leaves_nothing(tmp_path: Path):
    async def run(name: str, source: str) -> str:
        async with running(tmp_path / name, source, warm) as agent:
            assert await agent.ends(60) == 0
            return agent.out

    async with warm_up(read_base_environment()) as warm:
        assert warm is not None
        launcher = await find_launcher()
        async with asyncio.timeout(60):
            launcher.suspend()  # so that each start is under way when it is given up
            other = asyncio.create_task(
                run("other.py", "import time\ntime.sleep(1)\nprint('fine')")
            )
            await until(lambda: warm._asked)
            for _ in range(5):
                asked = len(warm._asked)
                given_up = asyncio.create_task(run("given_up.py", "while True: pass"))
                await until(lambda: len(warm._asked) > asked)  # noqa: B023
                given_up.cancel()
                await asyncio.gather(given_up, return_exceptions=True)
            launcher.resume()
            assert await other == "fine\n"
            assert await run("next.py", "print('next')") == "next\n"
            await until(lambda: not launcher.children())
