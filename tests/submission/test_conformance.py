"""The suite of behaviours, on the reference and on builds that break one each."""

import asyncio
import random
import re
import signal
from pathlib import Path

import pytest

from helpers.submission.bundle import course_agent
from helpers.submission.conformance.cases import CASES, cases_here
from helpers.submission.conformance.process import Limits
from helpers.submission.conformance.suite import all_pass, tried
from tests.submission.broken import BROKEN, Broken, break_source

pytestmark = pytest.mark.long  # each starts programs

# Every behaviour has a build that breaks it, and each build names the case that must see it.
REFERENCE = course_agent()
AGENTS = Path(__file__).with_name("agents")


# On a busy machine an agent that computes without end has used up what a run may take, at last.
HANGS = "still ran|was stopped by the system, as it took more than a run may"


async def failures(file: Path, seed: int, **options: object) -> dict[str, str]:
    results = [result async for result in tried(file, [seed], **options)]
    assert len({result.case for result in results}) == len(results)
    return {result.case: result.seen for result in results if not result.passed}


async def test_the_reference_does_everything(tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(REFERENCE, encoding="utf-8")
    seed = random.randrange(10**9)
    results = [result async for result in tried(file, [seed])]
    assert {result.case for result in results} == {case.id for case in cases_here()}
    assert all_pass(results), [result for result in results if not result.passed]


def test_every_behaviour_has_a_build_that_breaks_it():
    assert {case.id for case in cases_here()} == {name for b in BROKEN.values() for name in b.fails}
    assert len(BROKEN) >= 35


def test_every_case_has_an_id_and_a_title_of_its_own():
    for words in ([case.id for case in CASES], [case.title for case in CASES]):
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_build_is_made_of_the_reference(name: str):
    assert break_source(REFERENCE, BROKEN[name]) != REFERENCE


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The cases that each broken build fails, of those that it must fail."""
    folder, room = tmp_path_factory.mktemp("broken"), asyncio.Semaphore(5)

    async def outcome(number: int, broken: Broken) -> set[str]:
        file = folder / f"agent_{number}.py"
        file.write_text(break_source(REFERENCE, broken), encoding="utf-8")
        cases = [case for case in cases_here() if case.id in broken.fails]
        async with room:
            seed = random.randrange(10**9)
            # Whoever fails lets the case wait; so these wait less than the others.
            found = await failures(file, seed, cases=cases, limits=Limits(patience=2.0))
            return set(found)

    async def all_of_them() -> dict[str, set[str]]:
        found = await asyncio.gather(*(outcome(n, b) for n, b in enumerate(BROKEN.values())))
        return dict(zip(BROKEN, found, strict=True))

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_build_fails_where_it_is_broken(name: str, outcomes: dict[str, set[str]]):
    """The cases that must fail do; tests/many_seeds.py --broken looks at all others, too."""
    assert outcomes[name] == BROKEN[name].fails & {case.id for case in cases_here()}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("while True:\n    pass\n", HANGS),
        ("while True:\n    print('x' * 10000)\n", "wrote more than a megabyte"),
        ("def f(:\n", "ended with 1"),
        ("print('hello')\n", "ended with 0"),
        ("bytearray(8 << 30)\n", "ended with 1"),
    ],
    ids=["hangs", "floods", "no Python", "hard-coded", "takes all memory"],
)
async def test_a_file_that_is_no_agent_is_said_to_be_none(source: str, words: str, tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(source, encoding="utf-8")
    cases = [case for case in cases_here() if case.id == "loops"]
    limits = Limits(seconds=6, patience=3.0)
    [seen] = (await failures(file, 1, cases=cases, limits=limits)).values()
    assert re.search(words, seen) or "0 requests" in seen


@pytest.mark.parametrize(
    "source",
    ["raise SystemExit(1)\n", "", "print('It is 21 degrees in Lagos, and sunny.', flush=True)\n"],
    ids=["gives up", "does nothing", "prints what it likes"],
)
async def test_a_file_that_asks_nothing_passes_nothing(source: str, tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(source + REFERENCE if "Exit" in source else source, encoding="utf-8")
    found = await failures(file, random.randrange(10**9), limits=Limits(patience=2.0))
    assert set(found) == {case.id for case in cases_here()}
    assert all("no request" in seen or "not shown" in seen for seen in found.values()), found


@pytest.mark.long
async def test_an_agent_that_shows_nothing_passes_nothing(tmp_path: Path):
    """It asks, calls and asks again as it should; but nobody ever sees a word of it."""
    file = tmp_path / "agent.py"
    shows = ("sys.stdout.write(piece)", 'sys.stderr.write(f"{words}\\n")')
    source = REFERENCE
    for call in shows:
        assert source.count(call) == 1
        source = source.replace(call, "pass")
    file.write_text(source, encoding="utf-8")
    found = await failures(file, random.randrange(10**9), limits=Limits(patience=2.0))
    assert set(found) == {case.id for case in cases_here()}


async def test_the_workshops_own_agent_is_told_true_things():
    """It streams, and calls tools; it knows no failure, and asks nobody twice."""
    found = await failures(AGENTS / "workshop.py", random.randrange(10**9))
    does = {case.id for case in cases_here()} - set(found)
    assert does == {
        *("streams_text", "any_chunking", "unknown_events"),
        *("tool_json", "interleaved", "mid_stream", "call_order", "loops"),
        *("no_text_twice", "whole_answer", "cut_call", "history"),
        *("closes", "key", "by_hand"),
    } & {case.id for case in cases_here()}


async def test_ctrl_c_is_tried_where_it_is_ignored(tmp_path: Path):
    """A notebook's kernel ignores it between two cells, and programs inherit that."""
    file = tmp_path / "agent.py"
    file.write_text(REFERENCE, encoding="utf-8")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        cases = [case for case in cases_here() if case.id == "interrupted"]
        assert await failures(file, 7, cases=cases) == {}
    finally:
        signal.signal(signal.SIGINT, before)


ODD = """\
import argparse
import http.client
import json
from urllib.parse import urlsplit

parser = argparse.ArgumentParser()
parser.add_argument("--base-url")
parser.add_argument("--weather-url")
parser.add_argument("--read-timeout")
parser.add_argument("prompt")
chosen = parser.parse_args()
good = {"model": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
block = {"type": "tool_result", "tool_use_id": [], "content": {"\\ud800": 1}}
for body in (
    json.dumps(good),
    json.dumps({**good, "messages": 5}),
    json.dumps({**good, "messages": [5, None, {"role": [], "content": [7, block]}]}),
    "[" * 100_000,
    "\\xff",
):
    http = http.client.HTTPConnection(urlsplit(chosen.base_url).netloc, timeout=3)
    http.request("POST", "/v1/messages", body.encode("latin-1"))
    print(ascii(http.getresponse().read(2000)), flush=True)
    import http.client
"""


@pytest.mark.long
async def test_requests_that_make_no_sense_are_a_failure_and_no_end_of_it(tmp_path: Path):
    file = tmp_path / "agent.py"
    file.write_text(ODD, encoding="utf-8")
    results = [result async for result in tried(file, [3], limits=Limits(patience=3.0))]
    assert {result.case for result in results} == {case.id for case in cases_here()}
    assert not any("Traceback" in result.seen for result in results)
    for result in results:
        if not result.passed:
            result.seen.encode("utf-8")
            assert result.seen and result.expected
    assert sum(result.passed for result in results) < 12
