"""manifest.json: what a submission is made of, and by whom.

A hash says that a file is the one that was packed. It doesn't say who packed it: whoever can
change a file can change its hash as well. What an agent can do is found out by running it.
"""

import ast
import hashlib
import platform
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = [
    "CONTENTS",
    "EXTRAS",
    "LONGEST",
    "UNHELD",
    "About",
    "hash_content",
    "make_manifest",
    "packages_of",
    "problems",
    "suite_version",
]

# What a submission holds, beside the manifest itself.
CONTENTS = (
    "agent.py",
    "recording.cast",
    "recording.svg",
    "ttft.json",
    "ttft.svg",
    "note.md",
    "conformance.json",
    "report.html",
    "README.md",
)
# What may be left out, with a reason in the manifest: not every machine has what they need.
OPTIONAL = {
    "recording": ("recording.cast", "recording.svg"),
    "ttft": ("ttft.json", "ttft.svg"),
}
# What its author may change: no claim rests on it, so no hash of it is held.
UNHELD = ("README.md",)
# What may lie beside them: nothing there is looked at, or believed.
EXTRAS = ("card.png", "ttft-live.json", "ttft-live.svg")
WHOSE = ("yours", "the course's")
LONGEST = 80  # characters of a title, and of a name
SCRIPT = re.compile(r"(?m)^# dependencies = (\[[^\n]*\])$")


class About(NamedTuple):
    """What its author says about a submission.

    Attributes:
        title: what it is called; "" for the course's own words.
        author: by whom it is; "" to leave that out.
        gallery: whether it may be shown on the page of a class.
    """

    title: str = ""
    author: str = ""
    gallery: bool = False


def make_manifest(
    files: Mapping[str, bytes],
    *,
    owners: Mapping[str, str],
    mode: str,
    seeds: Iterable[int],
    about: About = About(),  # noqa: B008 (it can't be changed)
    left_out: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the manifest of some files.

    Args:
        files: name -> content.
        owners: "yours" or "the course's", by part.
        mode: "mock" or "live": whose answers the recording and the measurement are of.
        seeds: those that the conformance report rests on.
        about: what its author says about it.
        left_out: why what is OPTIONAL is not there, by its name.
    """
    return {
        "version": 1,
        **about._asdict(),
        "mode": mode,
        "owners": dict(owners),
        "packages": packages_of(files["agent.py"]),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "suite": suite_version(),
        "seeds": sorted(seeds),
        "left_out": dict(left_out or {}),
        "files": {name: hash_content(files[name]) for name in sorted(files) if name not in UNHELD},
    }


def hash_content(content: bytes) -> dict[str, Any]:
    """Return what the manifest says about a file."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def problems(given: Any, files: Mapping[str, bytes]) -> list[str]:
    """Return where a manifest doesn't fit the files that it stands beside, a sentence each.

    Args:
        given: what manifest.json holds.
        files: the other files, name -> content.
    """
    if not isinstance(given, dict) or not isinstance(given.get("files"), dict):
        return ["manifest.json is no manifest: it lists no files."]
    if given.get("version") != 1:
        version = str(given.get("version"))[:60]
        return [f"manifest.json has version {version}; this course knows 1."]
    found = []
    for name in sorted(CONTENTS):
        if name not in files or name in UNHELD:
            continue  # what is missing is said where the files are counted
        if name not in given["files"]:
            found.append(f"manifest.json doesn't list {name}.")
        elif given["files"][name] != hash_content(files[name]):
            found.append(f"{name} is not the file that manifest.json was made for.")
    for name in sorted(given["files"].keys() - files.keys()):
        found.append(f"manifest.json lists {str(name)[:60]!r}, which is not there.")
    owners = given.get("owners")
    if not isinstance(owners, dict) or not set(map(str, owners.values())) <= set(WHOSE):
        found.append("manifest.json doesn't say whose the parts are.")
    elif (said := _owners_in(files.get("agent.py", b""))) and said != owners:
        differing = sorted(
            str(part) for part in said.keys() | owners.keys() if said.get(part) != owners.get(part)
        )
        found.append(
            f"manifest.json and the head of agent.py disagree on whose {', '.join(differing)} is."
        )
    if given.get("mode") not in ("mock", "live"):
        found.append("manifest.json's mode is neither mock nor live.")
    if given.get("packages") != packages_of(files.get("agent.py", b"")):
        found.append("manifest.json names other packages than the head of agent.py.")
    return found


def packages_of(agent: bytes) -> list[str]:
    """Return the packages that an agent's inline script metadata names."""
    found = SCRIPT.search(agent.decode("utf-8", "replace"))
    try:
        names = ast.literal_eval(found[1]) if found else []
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return []
    return [str(name) for name in names]


def _owners_in(agent: bytes) -> dict[str, str]:
    """Return whose each part is, by the head of a bundled file; empty for any other file."""
    head = agent.decode("utf-8", "replace").partition("Whose each part is:\n")[2]
    head = head.partition('"""')[0]
    return dict(re.findall(rf"(?m)^    (\w+) +({'|'.join(WHOSE)}) ", head))


@cache
def suite_version() -> str:
    """Return what tells one version of the suite, and of what draws its results, from another."""
    folder = Path(__file__).parent
    drawn = [folder / name for name in ("report.py", "report.css", "picture.py", "ttft.py")]
    whole = hashlib.sha256()
    for path in [*sorted(folder.glob("conformance/**/*.py")), *drawn]:
        whole.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return whole.hexdigest()[:16]
