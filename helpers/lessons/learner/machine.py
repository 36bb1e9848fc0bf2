"""Is this machine all right? What the course needs, looked at one by one."""

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import httpx

from helpers.browser import IN_BROWSER
from helpers.lessons.learner import progress
from helpers.session.session import Session

__all__ = ["Finding", "Findings", "check"]

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        good: whether it is as it should be.
        what: what was looked at, as a statement that is true when it is good.
        advice: what to do about it when it is not.
        symptom: a word for that, which a class's board may show; "" if it may not.
    """

    good: bool
    what: str
    advice: str = ""
    symptom: str = ""


class Findings(tuple[Finding, ...]):
    """All that was looked at; shows itself in a notebook and in a terminal."""

    def __repr__(self) -> str:
        return "\n".join(
            f"✓ {finding.what}" if finding.good else f"✕ not true: {finding.what}. {finding.advice}"
            for finding in self
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            "<li>"
            + (
                f"✓ {escape(finding.what)}"
                if finding.good
                else f"✕ <b>not true: {escape(finding.what)}.</b> {escape(finding.advice)}"
            )
            + "</li>"
            for finding in self
        )
        return f'<ul style="list-style: none; padding-left: 0">{rows}</ul>'


def check(session: Session) -> Findings:
    """Look at Python, the packages, the learner's folder and the API of this mode."""
    return Findings(_look(session))


def _look(session: Session) -> Iterator[Finding]:
    yield Finding(
        sys.version_info >= (3, 11),
        "Python is 3.11 or newer",
        "Install a newer one, then run `python3 course.py lab` again.",
        "python",
    )
    missing = [name for name in _list_packages() if not _is_installed(name)]
    yield Finding(
        not missing,
        "all packages are installed",
        f"Missing: {', '.join(missing)}. Close JupyterLab and run `python3 course.py lab` again.",
        "packages",
    )
    folder = progress.home()
    yield Finding(
        _writable(folder),
        "your own folder can be written to",
        f"Give yourself the right to write to {folder}, or set COURSE_HOME to another folder.",
        "folder",
    )
    if session.mode == "mock":
        problem = _offline_api_problem(session)
        yield Finding(
            not problem, "the offline API answers on this machine", problem, "offline API"
        )
    else:
        yield Finding(
            session.has_key,
            "a key for live requests is at hand",
            f"Set {session.key_variable}.",
        )


def _list_packages() -> list[str]:
    """Return the names of the packages that the course itself names."""
    if IN_BROWSER:  # the rest is fetched when a cell needs it
        return importlib.metadata.requires("streaming-agents-by-hand") or []
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    names = [re.match(r"[\w.-]+", requirement) for requirement in project["dependencies"]]
    return [name.group() for name in names if name]


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _writable(folder: Path) -> bool:
    probe = folder / ".probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True


def _offline_api_problem(session: Session) -> str:
    """Ask the offline API for its settings; return what went wrong, or an empty string."""
    try:
        with httpx.Client(trust_env=False, timeout=10) as http:
            status = http.get(f"{session.base_url}/mock/settings").status_code
    except (httpx.HTTPError, OSError, RuntimeError) as error:
        return (
            f"It did not ({error}). Restart the kernel; if that does not help, look whether "
            "something on this machine keeps programs from listening on 127.0.0.1."
        )
    return "" if status == 200 else f"It answered with status {status}. Restart the kernel."
