"""A folder that is ready to be a public repository: the agent, and what shows that it works."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from helpers.build.conformance.suite import Result, passed
from helpers.build.manifest import CONTENTS, made, packages_of
from helpers.build.picture import animated_svg
from helpers.build.recording import Cast, leaks, scrub, secrets_here
from helpers.build.report import claims, dumped, page
from helpers.build.ttft import Measured
from helpers.build.ttft import dumped as dumped_ttft

__all__ = ["CannotPackage", "commit", "package"]


class CannotPackage(Exception):
    """There is no submission; the message says why, and what to do."""


def package(
    out: Path,
    *,
    agent: Path,
    owners: Mapping[str, str],
    cast: Cast,
    measured: Measured,
    note: str,
    results: Iterable[Result],
    mode: str,
    say: Callable[[str], None] = lambda words: None,
) -> Path:
    """Write a submission; return its folder.

    A submission that stood there before is replaced as a whole, and its history in git stays.

    Args:
        out: the folder.
        agent: the agent's file.
        owners: "yours" or "the course's", by part.
        cast: a session with it.
        measured: its times to the first token.
        note: what its author says about it.
        results: what came of the conformance suite.
        mode: "mock" or "live": whose answers the session and the times are of.
        say: takes a sentence about each step.

    Raises:
        CannotPackage: the folder holds something else, can't be written to, or a key would be
            shipped.
    """
    secrets = secrets_here()
    try:
        source = agent.read_bytes()
    except OSError as error:
        raise CannotPackage(f"{agent} can't be read: {error.strerror}.") from None
    clean = scrub(cast, secrets)
    # The picture is drawn from what stands in the file, so that anybody can draw it again.
    clean = replace(clean, events=tuple((round(at, 6), text) for at, text in clean.events))
    found = list(results)
    report = claims(found, source)
    texts = {
        "recording.cast": clean.text(),
        "recording.svg": animated_svg(clean),
        "ttft.json": dumped_ttft(measured),
        "ttft.svg": measured.plot().svg,
        "note.md": note if note.endswith("\n") else note + "\n",
        "conformance.json": dumped(report),
        "report.html": page(report),
        "README.md": _readme(owners, clean, measured, found, mode, packages_of(source)),
    }
    files = {"agent.py": source, **{name: text.encode() for name, text in texts.items()}}
    seen = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    seen["recording.cast"] = f"{clean.command}\n{clean.said}"  # as a terminal shows it
    for name, text in seen.items():
        if given_away := leaks(text, secrets):
            raise CannotPackage(
                f"{name} holds {given_away[0]}: take it out (a key belongs into the environment), "
                "then submit again. Nothing was written."
            )
    manifest = made(files, owners=owners, mode=mode, seeds={one.seed for one in found})
    files["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    _write(out, files)
    say(f"Wrote {len(files)} files to {out}.")
    return out


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Put the files into the folder, all of them or none."""
    known = {*CONTENTS, "manifest.json"}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        strange = [
            path.name for path in (out.iterdir() if out.exists() else ()) if path.name not in known
        ]
        if strange and not (out / "manifest.json").exists():
            raise CannotPackage(
                f"{out} is no submission, and holds {strange[0]}: name another folder with --out."
            )
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".submission-") as part:
            for name, content in files.items():
                (Path(part) / name).write_bytes(content)
            out.mkdir(exist_ok=True)
            for name in files:
                os.replace(Path(part) / name, out / name)
    except OSError as error:
        raise CannotPackage(
            f"{out} can't be written to ({error.strerror}): make room, or name another folder "
            "with --out."
        ) from None


def _readme(
    owners: Mapping[str, str],
    cast: Cast,
    measured: Measured,
    results: Iterable[Result],
    mode: str,
    packages: Iterable[str],
) -> str:
    """Return the README: what this is, how to run it, and what it rests on."""
    found = list(results)
    cases = {result.case for result in found}
    bad = {result.case for result in found if not result.passed}
    own = [part for part, owner in owners.items() if owner == "yours"]
    theirs = [part for part, owner in owners.items() if owner != "yours"]
    if own and theirs:
        whose = f"Written by me: {', '.join(own)}. The course's own: {', '.join(theirs)}."
    elif own:
        whose = "Every part of it was written by me."
    else:
        whose = "Every part of it is the course's own: none was written by me."
    if passed(found):
        behaviour = f"It does all {len(cases)} behaviours"
    else:
        behaviour = f"It does {len(cases) - len(bad)} of {len(cases)} behaviours"
    whose_answers = "an offline API (mock)" if mode == "mock" else f"a live model, {measured.model}"
    needed = " ".join(packages)
    install = f"pip install {needed}\n" if needed else ""
    asked, key = '"What\'s the weather in Lagos?"', "It needs a key in `ANTHROPIC_API_KEY`."
    if "--mock" in cast.command.split():  # so it was run here
        asked = f"--mock {asked}"
        key = (
            "`--mock` needs no key and no network. With a key in `ANTHROPIC_API_KEY`, leave it out."
        )
    return f"""# A streaming agent in one file, without an SDK

![A terminal session: text streams, and a tool runs in the middle of it](recording.svg)

    {install.strip() or "# needs nothing but Python 3.11"}
    python agent.py {asked}

{key}

- {whose}
- {behaviour} of the conformance suite: [report.html](report.html)
- The session above ([recording.cast](recording.cast)) and the times below are of {whose_answers}.
- The hardest edge case: [note.md](note.md)
- What each file is, and its hash: [manifest.json](manifest.json)

![{measured.title()}](ttft.svg)

Don't trust this page: `python3 course.py verify` and this folder runs the agent again, with
values that nobody knew.
"""


def commit(folder: Path) -> str:
    """Make the folder a git repository with one more commit; return what was done, in words.

    Nothing is ever pushed.

    Raises:
        CannotPackage: there is no git, or it refuses.
    """
    git = shutil.which("git")
    if git is None:
        raise CannotPackage("There is no git here: install it, or leave --git out.")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [git, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise CannotPackage(f"git refused: {words[-1] if words else 'it said nothing'}")
        return done.stdout.strip()

    if not (folder / ".git").exists():
        run("init", "--quiet")
    # A git that changes line ends would change hashes.
    (folder / ".gitattributes").write_text("* -text\n", encoding="utf-8", newline="\n")
    names = [".gitattributes", "manifest.json", *CONTENTS]
    run("add", "--", *names)
    if not run("status", "--porcelain", "--", *names):
        return "Nothing has changed since the last commit."
    run("commit", "--quiet", "-m", "A streaming agent in one file, and what shows that it works")
    return f"Committed in {folder}. Nothing was pushed."
