"""What a submission shows, held against itself and against what was found here.

Each function takes the files as they were handed in and returns what is wrong, a sentence each.
"""

import ast
import json
import math
import re
import shlex
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from helpers.submission.conformance.cases import CASES
from helpers.submission.conformance.suite import Result
from helpers.submission.own import find_hidden_code, read_callee
from helpers.submission.picture import animated_svg
from helpers.submission.recording import CannotRecord, Cast, json_of, leaks
from helpers.submission.report import NoReport, page, results_in
from helpers.submission.sections import SDKS
from helpers.submission.ttft import MOCK_FIRST_TOKEN, Measured

__all__ = [
    "agent_problems",
    "cast_in",
    "load_json",
    "prompt_of",
    "read_measurement",
    "recording_problems",
    "report_problems",
    "secret_problems",
    "ttft_problems",
]

Files = Mapping[str, bytes]

# What may be so for a good reason, too: another version of the course drew it in another way.
OTHER_PICTURE = {
    "recording.svg": "recording.svg was not made from recording.cast.",
    "ttft.svg": "ttft.svg was not made from ttft.json.",
}
# What the suite said about a behaviour before it says it as it does now: an older report is none
# that was tampered with.
FORMERLY: Mapping[str, tuple[tuple[str, str], ...]] = {
    "no_text_twice": (
        (
            "never shows a text twice because the stream broke",
            "A person has read it; the second time is noise, or differs.",
        ),
    ),
}

LARGEST_AGENT = 1_000_000  # bytes
TOOL = "get_weather"  # the suite's own tool, so every agent has it
FEWEST_RUNS = 3


def load_json(files: Files, name: str) -> Any:
    """Return what a file holds as JSON; None if it holds none."""
    try:
        return json_of(files.get(name, b""))
    except (ValueError, RecursionError):
        return None


def agent_problems(files: Files) -> list[str]:
    """Look at the agent's source: Python, and no SDK where one can be seen."""
    source = files.get("agent.py", b"")
    if len(source) > LARGEST_AGENT:
        return [f"agent.py has {len(source):,} bytes; an agent takes less than 1 MB."]
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return [f"agent.py is no Python: {where}{error.msg}."]
    except (RecursionError, MemoryError):
        return ["agent.py is no Python that can be read: it is nested too deeply."]
    except ValueError as error:
        return [f"agent.py is no Python: {error}."]
    found = []
    if hidden := find_hidden_code(source):
        found.append(f"agent.py can't be read: {hidden}; write out what runs.")
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module)):
                modules = [module]
            case ast.Call(args=[ast.Constant(value=str(module)), *_]) if read_callee(node).endswith(
                ("import_module", "__import__")
            ):
                modules = [module]
            case _:
                continue
        for module in modules:
            if (top := module.split(".")[0]) in (*SDKS, "helpers"):
                found.append(f"agent.py imports {top} (line {node.lineno}): it has to do without.")
    return found


def secret_problems(files: Files) -> list[str]:
    """Look for keys in all files, and in what a terminal makes of the recording."""
    texts = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    with suppress(CannotRecord):
        cast = cast_in(files)
        texts["recording.cast"] = f"{cast.command}\n{cast.said}"
    return [f"{name} holds {words}." for name, text in texts.items() for words in leaks(text)]


def report_problems(
    files: Files,
    agent_hash: str,
    found: Iterable[Result],
    *,
    same_kit: bool,
    own_seed: int | None = None,
) -> list[str]:
    """Hold the conformance report against the suite, and against what was found here.

    Args:
        files: the submission's.
        agent_hash: SHA-256 of agent.py.
        found: what came of the suite here.
        same_kit: whether the report was made with this version of the suite.
        own_seed: the one of the report's own seeds that was tried here. A claim is false only
            where it was tried with the same values.
    """
    given = load_json(files, "conformance.json")
    try:
        claimed = results_in(given)
    except NoReport as problem:
        return [str(problem)]
    problems = []
    if given["agent"] != agent_hash:
        problems.append("conformance.json is about another agent.py.")
    problems += _wordings(claimed)
    pairs = {(one.case, one.seed): one for one in claimed}
    cases = {case.id for case in CASES if not case.not_on} if same_kit else set()
    missing = {(case, seed) for case in cases for seed in given["seeds"]} - pairs.keys()
    if missing or len(pairs) != len(claimed):
        problems.append("conformance.json doesn't hold each behaviour once for each of its seeds.")
    if not same_kit:
        return problems
    for one in found:
        claim = pairs.get((one.case, one.seed))
        if claim is None or one.seed != own_seed or not claim.passed:
            continue
        if not one.passed:
            problems.append(
                f"conformance.json claims that it {one.title}; with its own seed {one.seed}, "
                "it doesn't here."
            )
        elif claim.sent != one.sent:
            problems.append(
                f"conformance.json doesn't rest on a run: with seed {one.seed}, the suite "
                f"sends something else to see whether the agent {one.title}."
            )
            break
    if page(given).encode() != files.get("report.html"):
        problems.append("report.html was not made from conformance.json.")
    return problems


def _wordings(claimed: Iterable[Result]) -> list[str]:
    """Hold a report's behaviours, and its words for them, against the suite's."""
    known = {case.id: {(case.title, case.why), *FORMERLY.get(case.id, ())} for case in CASES}
    problems = {}
    for one in claimed:
        if one.case not in known:
            problems[one.case] = f"conformance.json adds a behaviour of its own, {one.case!r:.60}."
        elif (one.title, one.why) not in known[one.case]:
            problems[one.case] = (
                f"conformance.json has words of its own for {one.case}: "
                f"{f'{one.title}: {one.why}'!r:.120}."
            )
    return list(problems.values())


def cast_in(files: Files) -> Cast:
    """Return the recorded session.

    Raises:
        CannotRecord: there is none.
    """
    return Cast.of(files.get("recording.cast", b""), "recording.cast")


def prompt_of(cast: Cast, otherwise: str) -> str:
    """Return what the recorded agent was asked, as far as its command line says it."""
    try:
        last = shlex.split(cast.command)[-1]
    except (ValueError, IndexError):
        return otherwise
    return last if 0 < len(last) <= 500 and last.isprintable() and last[0] != "-" else otherwise


def recording_problems(files: Files, mode: str, again: Cast | None) -> list[str]:
    """Hold the recording against itself, its picture, and a session recorded here.

    Args:
        files: the submission's.
        mode: "mock" or "live".
        again: the same agent, asked here; None if that could not be recorded.
    """
    try:
        cast = cast_in(files)
    except CannotRecord as problem:
        return [str(problem)]
    problems = []
    if animated_svg(cast).encode() != files.get("recording.svg"):
        problems.append(OTHER_PICTURE["recording.svg"])
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


def read_measurement(files: Files) -> Measured | None:
    """Return the measurement; None if there is none."""
    given = load_json(files, "ttft.json")
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


def ttft_problems(files: Files, mode: str) -> list[str]:
    """Hold the measurement against itself and its picture.

    Args:
        files: the submission's.
        mode: "mock" or "live", as the manifest says it.
    """
    found = read_measurement(files)
    if found is None:
        return ["ttft.json is no measurement: for each run, one time of the wire and the agent's."]
    problems = []
    if len(found.agent) < FEWEST_RUNS:
        problems.append(f"ttft.json rests on {len(found.agent)} runs; take at least {FEWEST_RUNS}.")
    if load_json(files, "ttft.json") != json.loads(json.dumps(found.to_json())):
        problems.append("ttft.json's medians and spreads are not those of its own runs.")
    if found.mode not in ("mock", mode):  # the mock's times may stand beside a live recording
        problems.append(f"ttft.json says {found.mode}, and manifest.json says {mode}.")
    if any(wire > agent + 0.05 for wire, agent in zip(found.wire, found.agent, strict=True)):
        problems.append("ttft.json has an agent that shows a token before the wire brings it.")
    if len(set(found.agent)) < len(found.agent) / 2:
        problems.append("ttft.json repeats one number: times that were measured differ.")
    if found.mode == "mock" and min(found.wire) < 0.9 * MOCK_FIRST_TOKEN:
        problems.append("ttft.json has tokens before the offline API sends any.")
    if found.plot().svg.encode() != files.get("ttft.svg"):
        problems.append(OTHER_PICTURE["ttft.svg"])
    return problems
