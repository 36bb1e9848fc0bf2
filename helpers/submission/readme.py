"""The README of a submission: what it is, how to run it without the course, what was measured.

It is the author's to change: no hash of it is held. A mark at its end tells whether it still is
as it was written, so that what somebody has written themselves is never replaced.
"""

import ast
import hashlib
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.submission.conformance.suite import Result
from helpers.submission.manifest import About, packages_of
from helpers.submission.recording import Cast
from helpers.submission.ttft import MOCK_FIRST_TOKEN, TOLD, Measured

__all__ = ["TITLE", "course_link", "figures", "is_edited", "note_text", "readme"]

TITLE = "A streaming agent in one file, without an SDK"
COURSE = "Streaming agents, by hand"
PROJECT = Path(__file__).parents[2] / "pyproject.toml"
MARK = re.compile(r"\n<!-- Written by submit, ([0-9a-f]{16}): edit it as you like\. -->\n?\Z")
MARKDOWN = re.compile(r"([\\`*_<>\[\]#|])")


def readme(
    about: About,
    owners: Mapping[str, str],
    agent: bytes,
    cast: Cast | None,
    note: str,
    results: Sequence[Result],
    measured: Measured | None,
    live: Measured | None,
) -> str:
    """Return the README.

    Args:
        about: what its author says.
        owners: "yours" or "the course's", by part.
        agent: the agent's source.
        cast: a session with it; None if none could be recorded.
        note: what its author says about the hardest edge case.
        results: what came of the conformance suite.
        measured: its times to the first token, on the offline API; None if there are none.
        live: the same of a live model, if that was measured.
    """
    title = MARKDOWN.sub(r"\\\1", about.title or TITLE)
    name = MARKDOWN.sub(r"\\\1", about.author)
    author = f"by {name}\n\n" if name else ""
    picture, session, files = "", "", []
    if cast is not None:
        whose = "the offline API (mock)"
        if not cast.offline:
            whose = f"a live model, {live.model}{_at(live)}" if live else "a live model"
        alternative = "A terminal session: text streams, and a tool runs in the middle of it"
        picture = f"![{alternative}](recording.svg)\n\n"
        session = f" The session above is of {whose}."
        files.append("[recording.cast](recording.cast) is the session with its times")
    if measured is not None:
        files.append("[ttft.json](ttft.json) has each run")
    files.append("[conformance.json](conformance.json) each behaviour")
    simulates = "agent" not in owners
    simulates |= cast is not None and "--mock" in cast.command.split()
    shown = [f"![{one.title()}]({file})" for one, file in _pictures(measured, live)]
    pictures = "".join(f"{one}\n\n" for one in shown)
    text = f"""# {title}

{author}{picture}{_whose(owners)}{session}

## Run it

{_how_to_run(agent, simulates)}

## What was measured

{_table(measured, live)}{pictures}{_behaviour(results)}: [report.html](report.html).

## The hardest edge case

{note_text(note)}

## What this rests on

{", ".join(files)}, and [manifest.json](manifest.json) the hashes.
[card.png](card.png) is the picture for links to this page (on GitHub: Settings, Social preview).
It was made in the course {course_link()}. Don't trust this page: there,
`python3 course.py verify` and this folder run the agent again, with values that nobody knew.
"""
    return f"{text}\n<!-- Written by submit, {_digest(text)}: edit it as you like. -->\n"


def is_edited(text: str) -> bool:
    """Say whether a README isn't as it was written: then it is its author's own."""
    text = text.replace("\r\n", "\n")
    found = MARK.search(text)
    return found is None or found[1] != _digest(text[: found.start()])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def figures(results: Sequence[Result], measured: Measured | None) -> str:
    """Return what was measured, in a line."""
    if measured is None:
        return _count(results)
    median = measured.to_json()["milliseconds"]["agent"]["median"]
    return f"{_count(results)}, first token {median:.0f} ms ({measured.mode})"


def course_link(project: Path = PROJECT) -> str:
    """Return the course's name, as a link if the project says where it is."""
    urls = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("urls", {})
    return f"[{COURSE}]({urls['Homepage']})" if "Homepage" in urls else f"*{COURSE}*"


def _whose(owners: Mapping[str, str]) -> str:
    own = [part for part, owner in owners.items() if owner == "yours"]
    theirs = [part for part, owner in owners.items() if owner != "yours"]
    if own and theirs:
        return f"Written by me: {', '.join(own)}. The course's own: {', '.join(theirs)}."
    if own:
        return "Every part of it was written by me."
    return "Every part of it is the course's own: none was written by me."


def _how_to_run(agent: bytes, simulates: bool) -> str:
    """Return how to run it: what the course bundles can simulate, and what was seen to."""
    named = packages_of(agent)
    packages = named or _find_packages(agent)
    install = f"    pip install {' '.join(packages)}\n" if packages else ""
    needs = "Python 3.11 or newer" + (" and what pip installs here" if packages else "")
    needs += " (`uv run agent.py` installs it by itself)" if named else ""
    asked = '"What\'s the weather in Lagos?"'
    if simulates:
        return (
            f"It needs {needs}.\n\n{install}    python agent.py --mock {asked}\n\n"
            "`--mock` simulates: no key, no network, no cost. With a key in `ANTHROPIC_API_KEY`, "
            "leave it out."
        )
    return (
        f"It needs {needs}, and a key in the environment.\n\n{install}    python agent.py {asked}"
    )


def _find_packages(agent: bytes) -> list[str]:
    """Return the packages that a source imports, by the names under which pip knows them."""
    known = importlib.metadata.packages_distributions()
    tops = set()
    for node in ast.walk(ast.parse(agent)):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            tops.add(node.module.split(".")[0])
    return sorted(known.get(top, [top])[0] for top in tops - set(sys.stdlib_module_names))


def _pictures(measured: Measured | None, live: Measured | None) -> list[tuple[Measured, str]]:
    both = [(measured, "ttft.svg"), (live, "ttft-live.svg")]
    return [(one, file) for one, file in both if one is not None]


def _at(measured: Measured) -> str:
    return f" at {measured.host}" if measured.host else ""


def _table(measured: Measured | None, live: Measured | None) -> str:
    some = measured or live
    if some is None:
        return ""
    lines = ["| time to first token | median | middle half | whose answers |", "|---|---|---|---|"]
    for one, _ in _pictures(measured, live):
        for name, words in (("raw_socket", "on a raw socket"), ("agent", "shown by the agent")):
            median, low, high = one.to_json()["milliseconds"][name].values()
            whose = "mock" if one.mode == "mock" else f"live, {one.model}{_at(one)}"
            whose += f", {len(one.agent)} runs"
            lines.append(f"| {words} | {median:.0f} ms | {low:.0f} to {high:.0f} ms | {whose} |")
    machine = f"\nMeasured on {some.machine}, Python {some.python}. "
    machine += (
        f"*Mock* is an offline API, which waits {MOCK_FIRST_TOKEN:.1f} s before its first token."
    )
    return "\n".join(lines) + "\n" + machine + (f" *Live* is t{TOLD[1:]}" if live else "") + "\n\n"


def _count(results: Sequence[Result]) -> str:
    cases = {result.case for result in results}
    bad = {result.case for result in results if not result.passed}
    return f"{len(cases) - len(bad)} of {len(cases)} behaviours"


def _behaviour(results: Sequence[Result]) -> str:
    return f"It does {_count(results)} of the conformance suite"


def note_text(note: str) -> str:
    """Return a note without its heading and without comments."""
    plain = re.sub(r"<!--.*?-->", "", note, flags=re.DOTALL)
    return re.sub(r"\A\s*#[^\n]*\n", "", plain).strip()
