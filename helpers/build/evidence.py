"""What a submission shows, held against itself and against what was found here.

Each function takes the files as they were handed in and returns what is wrong, a sentence each.
"""

import ast
import json
import math
import re
import shlex
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from helpers.build.bundle import MARK, SDKS, bundle, default_models
from helpers.build.conformance.cases import CASES
from helpers.build.conformance.suite import Result
from helpers.build.picture import animated_svg
from helpers.build.recording import CannotRecord, Cast, leaks
from helpers.build.report import NoReport, page, results_in
from helpers.build.ttft import MOCK_FIRST_TOKEN, Measured

__all__ = [
    "agent_problems",
    "cast_in",
    "copied",
    "loaded",
    "measured_in",
    "prompt_of",
    "recording_problems",
    "report_problems",
    "secret_problems",
    "ttft_problems",
]

Files = Mapping[str, bytes]

LARGEST_AGENT = 1_000_000  # bytes
TOOL = "get_weather"  # the suite's own tool, so every agent has it
FEWEST_RUNS = 3
# Python 3.11 and 3.12 can fail when two threads build syntax trees at once.
PARSING = threading.Lock()


def loaded(files: Files, name: str) -> Any:
    """Return what a file holds as JSON; None if it holds none."""
    try:
        return json.loads(files.get(name, b""), parse_constant=lambda word: None)
    except (ValueError, RecursionError):
        return None


def agent_problems(files: Files) -> list[str]:
    """Look at the agent's source: Python, and no SDK where one can be seen."""
    source = files.get("agent.py", b"")
    if len(source) > LARGEST_AGENT:
        return [f"agent.py has {len(source):,} bytes; an agent takes less than 1 MB."]
    try:
        with PARSING:
            tree = ast.parse(source)
    except SyntaxError as error:
        return [f"agent.py is no Python: line {error.lineno}: {error.msg}."]
    except (ValueError, RecursionError, MemoryError) as error:
        return [f"agent.py is no Python: {error or 'it is nested too deeply'}."]
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module)):
                modules = [module]
            case ast.Call(args=[ast.Constant(value=str(module)), *_]) if ast.unparse(
                node.func
            ).endswith(("import_module", "__import__")):
                modules = [module]
            case _:
                continue
        for module in modules:
            if (top := module.split(".")[0]) in (*SDKS, "helpers"):
                found.append(f"agent.py imports {top} (line {node.lineno}): it has to do without.")
    return found


def copied(agent: bytes) -> list[str]:
    """Return the parts said to be "yours" that are the course's own, word for word."""
    mine = _sections(agent.decode("utf-8", "replace"))
    if not any(owner == "yours" for owner, _ in mine.values()):
        return []
    with PARSING:
        reference = _sections(bundle({}, models=default_models()).source)
    return [
        part
        for part, (owner, text) in mine.items()
        if owner == "yours" and part in reference and text == reference[part][1]
    ]


def _sections(source: str) -> dict[str, tuple[str, str]]:
    """Return the parts of a bundled file: name -> owner and code."""
    head = rf"(?m)^{re.escape(MARK)}\n# (\w+) \((yours|the course's)\): [^\n]*\n{re.escape(MARK)}\n"
    pieces = re.split(head, source)[1:]
    found: dict[str, tuple[str, str]] = {}
    for name, owner, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
        found.setdefault(name, (owner, text.strip()))
    return found


def secret_problems(files: Files) -> list[str]:
    """Look for keys in all files, and in what a terminal makes of the recording."""
    texts = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    with suppress(CannotRecord):
        cast = cast_in(files)
        texts["recording.cast"] = f"{cast.command}\n{cast.said}"
    return [f"{name} holds {words}." for name, text in texts.items() for words in leaks(text)]


def report_problems(
    files: Files, agent_hash: str, found: Iterable[Result], *, same_kit: bool
) -> list[str]:
    """Hold the conformance report against what was found here.

    Args:
        files: the submission's.
        agent_hash: SHA-256 of agent.py.
        found: what came of the suite here, one of the report's own seeds among its seeds.
        same_kit: whether the report was made with this version of the suite.
    """
    given = loaded(files, "conformance.json")
    try:
        claimed = results_in(given)
    except NoReport as problem:
        return [str(problem)]
    problems = []
    if given["agent"] != agent_hash:
        problems.append("conformance.json is about another agent.py.")
    pairs = {(one.case, one.seed): one for one in claimed}
    cases = {case.id for case in CASES if not case.not_on} if same_kit else set()
    missing = {(case, seed) for case in cases for seed in given["seeds"]} - pairs.keys()
    if missing or len(pairs) != len(claimed):
        problems.append("conformance.json doesn't hold each behaviour once for each of its seeds.")
    bad = {one.case: one for one in found if not one.passed}
    for case, one in bad.items():
        of_case = [claim for claim in claimed if claim.case == case]
        if of_case and all(claim.passed for claim in of_case):
            problems.append(f"conformance.json claims that it {one.title}; here it didn't.")
    if same_kit:
        for one in found:
            claim = pairs.get((one.case, one.seed))
            if claim and claim.passed and one.passed and claim.sent != one.sent:
                problems.append(
                    f"conformance.json doesn't rest on a run: with seed {one.seed}, the suite "
                    f"sends something else to see whether the agent {one.title}."
                )
                break
        if page(given).encode() != files.get("report.html"):
            problems.append("report.html was not made from conformance.json.")
    return problems


def cast_in(files: Files) -> Cast:
    """Return the recorded session.

    Raises:
        CannotRecord: there is none.
    """
    with tempfile.TemporaryDirectory(prefix="cast-") as folder:
        path = Path(folder) / "recording.cast"
        path.write_bytes(files.get("recording.cast", b""))
        return Cast.read(path)


def prompt_of(cast: Cast, otherwise: str) -> str:
    """Return what the recorded agent was asked, as far as its command line says it."""
    try:
        last = shlex.split(cast.command)[-1]
    except (ValueError, IndexError):
        return otherwise
    return last if 0 < len(last) <= 500 and last.isprintable() and last[0] != "-" else otherwise


def recording_problems(files: Files, mode: str, again: Cast | None, *, same_kit: bool) -> list[str]:
    """Hold the recording against itself, its picture, and a session recorded here.

    Args:
        files: the submission's.
        mode: "mock" or "live".
        again: the same agent, asked here; None if that could not be recorded.
        same_kit: whether the picture was made with this version of the course.
    """
    try:
        cast = cast_in(files)
    except CannotRecord as problem:
        return [str(problem)]
    problems = []
    if same_kit and animated_svg(cast).encode() != files.get("recording.svg"):
        problems.append("recording.svg was not made from recording.cast.")
    written = [(at, text) for at, text in cast.events if text.strip()]
    moments = len({round(at, 2) for at, _ in written})
    largest = max((len(text) for _, text in written), default=0)
    if moments < 8 or largest > 0.5 * len(cast.said) or cast.seconds < 0.3:
        problems.append(
            f"recording.cast shows no stream: {len(cast.said)} characters at {moments} moments "
            f"within {cast.seconds:.1f} s, up to {largest} of them at once."
        )
    before, tool, after = cast.said.partition(TOOL)
    if not tool:
        problems.append(f"recording.cast shows no tool: {TOOL} is never named.")
    elif not (re.search(r"\w", before) and len(re.findall(r"\w+", after)) > 5):
        problems.append("recording.cast shows no tool in mid-stream: no text before or after it.")
    if (mode == "mock") != cast.offline:
        problems.append(f"recording.cast's command line is not one of mode {mode!r}.")
    if mode == "mock" and again is not None:
        shared = _alike(cast.said, again.said)
        if shared < 0.5:
            problems.append(
                f"recording.cast is of another agent: asked the same here, this one shares "
                f"{shared:.0%} of its words with it."
            )
        elif not again.seconds / 10 < cast.seconds < again.seconds * 10:
            problems.append(
                f"recording.cast has other times: it takes {cast.seconds:.1f} s, and the same "
                f"agent took {again.seconds:.1f} s here."
            )
    return problems


def _alike(one: str, other: str) -> float:
    """Return how many of two texts' words are in both, numbers aside."""
    words = [set(re.findall(r"\w+", re.sub(r"\d", "0", text.casefold()))) for text in (one, other)]
    return len(words[0] & words[1]) / (len(words[0] | words[1]) or 1)


def measured_in(files: Files) -> Measured | None:
    """Return the measurement; None if there is none."""
    given = loaded(files, "ttft.json")
    try:
        wire, agent = tuple(map(float, given["wire"])), tuple(map(float, given["agent"]))
        words = [given[name] for name in ("mode", "model", "machine", "python")]
        right = all(isinstance(word, str) and 0 < len(word) <= 200 for word in words)
        if not right or len(wire) != len(agent) or not wire or len(wire) > 10_000:
            return None
        if not all(math.isfinite(time) and 0 <= time < 600 for time in (*wire, *agent)):
            return None
        mode, model, machine, python = words
        return Measured(mode, model, wire, agent, machine, python)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def ttft_problems(files: Files, mode: str, *, same_kit: bool) -> list[str]:
    """Hold the measurement against itself and its picture.

    Args:
        files: the submission's.
        mode: "mock" or "live", as the manifest says it.
        same_kit: whether the picture was made with this version of the course.
    """
    found = measured_in(files)
    if found is None:
        return ["ttft.json is no measurement: for each run, one time of the wire and the agent's."]
    problems = []
    if len(found.agent) < FEWEST_RUNS:
        problems.append(f"ttft.json rests on {len(found.agent)} runs; take at least {FEWEST_RUNS}.")
    if loaded(files, "ttft.json") != json.loads(json.dumps(found.to_json())):
        problems.append("ttft.json's medians and spreads are not those of its own runs.")
    if found.mode not in ("mock", mode):  # the mock's times may stand beside a live recording
        problems.append(f"ttft.json says {found.mode}, and manifest.json says {mode}.")
    if any(wire > agent + 0.05 for wire, agent in zip(found.wire, found.agent, strict=True)):
        problems.append("ttft.json has an agent that shows a token before the wire brings it.")
    if len(set(found.agent)) < len(found.agent) / 2:
        problems.append("ttft.json repeats one number: times that were measured differ.")
    if found.mode == "mock" and min(found.wire) < 0.9 * MOCK_FIRST_TOKEN:
        problems.append("ttft.json has tokens before the offline API sends any.")
    if same_kit and found.plot().svg.encode() != files.get("ttft.svg"):
        problems.append("ttft.svg was not made from ttft.json.")
    return problems
