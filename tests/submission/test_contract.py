"""The page that says what an agent's file has to keep to, and agents written from it."""

import argparse
import asyncio
import random
import re
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.submission import commands
from helpers.submission.conformance.cases import CASES
from helpers.submission.conformance.process import Limits
from helpers.submission.conformance.suite import tried
from helpers.submission.package import package
from helpers.submission.recording import record
from helpers.submission.ttft import measured

ROOT = Path(__file__).resolve().parents[2]
AGENTS = Path(__file__).with_name("agents")
PAGE = (ROOT / "docs" / "your-agent.md").read_text(encoding="utf-8")
OPTION = re.compile(r"--[a-z-]+")


def plain(text: str) -> str:
    return re.sub(r"[`*]", "", text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_page_names_each_behaviour(case):
    assert case.title in plain(PAGE)


def test_the_page_names_no_behaviour_that_there_is_not():
    named = PAGE.partition("## The behaviours")[2].partition("\n## ")[0]
    clauses = re.findall(r"\*\* It (.*)\.\n", named)
    assert sum(len(clause.split("; ")) for clause in clauses) == len(CASES)


def test_the_command_line_is_said_in_one_way():
    """On the page, in the help, and in what the course's own agent takes."""
    [line] = re.findall(r"python agent\.py .*PROMPT", PAGE)
    assert line in commands.CONTRACT
    assert "docs/your-agent.md" in commands.CONTRACT
    from helpers.submission.single_file import program

    chosen = program.options(
        ["--base-url", "http://a", "--weather-url", "http://b", "--read-timeout", "2", "hello"]
    )
    assert isinstance(chosen, argparse.Namespace) and chosen.read_timeout == 2
    assert set(OPTION.findall(line)) == {"--base-url", "--weather-url", "--read-timeout"}


@pytest.mark.parametrize("word", ["0", "-1", "nan", "inf", "soon"])
def test_a_silence_is_a_number_of_seconds(word: str, capsys: pytest.CaptureFixture[str]):
    from helpers.submission.single_file import program

    with pytest.raises(SystemExit):
        program.options([f"--read-timeout={word}", "hello"])
    assert "invalid seconds value" in capsys.readouterr().err


@pytest.mark.parametrize(("scheme", "checks"), [("https", True), ("HTTPS", True), ("http", False)])
def test_a_certificate_is_checked_wherever_there_is_one(scheme: str, checks: bool):
    from helpers.submission.single_file import program

    client = program.client(program.options(["--base-url", f"{scheme}://127.0.0.1:9", "hello"]))
    transport: Any = client._transport
    assert (transport._pool._ssl_context.verify_mode is ssl.CERT_REQUIRED) is checks


@pytest.mark.parametrize(("scheme", "checks"), [("https", True), ("HTTPS", True), ("http", False)])
async def test_the_weather_tool_checks_one_too(
    scheme: str, checks: bool, monkeypatch: pytest.MonkeyPatch
):
    from helpers.submission.single_file import tools

    opened: list[bool] = []

    class Client(tools.httpx.AsyncClient):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            context = self._transport._pool._ssl_context  # type: ignore[attr-defined]
            opened.append(context.verify_mode is ssl.CERT_REQUIRED)

    monkeypatch.setattr(tools.httpx, "AsyncClient", Client)
    get_weather = tools.agent_tools(f"{scheme}://127.0.0.1:9")[0]
    with pytest.raises(tools.httpx.ConnectError):
        await get_weather.function(city="Oslo")
    assert opened == [checks]


def test_the_limits_are_those_of_the_page():
    limits = Limits()
    assert f"{limits.seconds:.0f} seconds of processor time" in PAGE
    assert limits.memory == 1 << 30 and "1 GB of memory" in PAGE
    assert limits.output == 1_000_000 and "write 1 MB" in PAGE
    assert f"about {limits.patience:.0f} seconds" in PAGE


@pytest.mark.long
async def test_an_agent_written_from_the_page_does_everything():
    seed = random.randrange(10**9)
    results = [result async for result in tried(AGENTS / "honest.py", [seed])]
    assert [result for result in results if not result.passed] == []
    assert len(results) == len([case for case in CASES if sys.platform not in case.not_on])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(("source", "simulates"), [("", False), ("--mock", True)])
@pytest.mark.long
async def test_the_readme_says_only_what_was_found(source: str, simulates: bool, tmp_path: Path):
    agent = AGENTS / "honest.py"
    if source:
        agent = tmp_path / "agent.py"
        agent.write_text(REHEARSING, encoding="utf-8")
    cases = [case for case in CASES if case.id in ("streams_text", "loops")]
    results = [one async for one in tried(AGENTS / "honest.py", [1], cases=cases)]
    cast = await asyncio.to_thread(record, agent, "What's the weather in Lagos?")
    times = await asyncio.to_thread(measured, AGENTS / "honest.py", 1)
    out = package(
        tmp_path / "out",
        agent=agent,
        owners={"agent": "yours"},
        cast=cast,
        measured=times,
        note="One. Two. Three.",
        results=results,
        mode="mock",
    )
    readme = (out / "README.md").read_text(encoding="utf-8")
    assert ("--mock" in readme) is simulates
    assert "live" not in readme
    assert "2 of 2" in readme or "all 2" in readme


# Its own simulation, which is all that this one knows.
REHEARSING = """\
import sys
import time

assert sys.argv[1] == "--mock"
for word in "It is sunny > get_weather Lagos and it was sunny all the time .".split():
    print(word, end=" ", flush=True)
    time.sleep(0.02)
"""
