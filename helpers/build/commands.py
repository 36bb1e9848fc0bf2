"""submit and verify on the command line."""

import argparse
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TextIO

from helpers.build.bundle import CannotBundle
from helpers.build.conformance.suite import passed
from helpers.build.kept import verified
from helpers.build.note import problems as note_problems
from helpers.build.package import CannotPackage, commit, package
from helpers.build.recording import CannotRecord, Cast, record
from helpers.build.sandbox import contained
from helpers.build.steps import PROMPT, CannotSubmit, brought, bundled, checked, note, owned
from helpers.build.submitted import CannotRead, looks_like_one
from helpers.build.table import table
from helpers.build.ttft import CannotMeasure, measured
from helpers.build.verify import verify
from helpers.keys import clean_key
from helpers.lessons import progress

__all__ = ["main"]

LIVE_URL = "https://api.anthropic.com"
KEY = "ANTHROPIC_API_KEY"
# How often a behaviour is tried with fresh values, beside one seed of the report's own: forty
# submissions shall not take longer than a break.
ALONE, IN_A_CLASS = 3, 1
FAULTS = (CannotBundle, CannotMeasure, CannotPackage, CannotRead, CannotRecord, CannotSubmit)


def main(arguments: list[str] | None = None) -> int:
    """Carry out a command; return the exit code: 0, 1 (it didn't pass), 2 (it can't be done)."""
    chosen = _options().parse_args(arguments)
    try:
        return _submit(chosen) if chosen.command == "submit" else _verify(chosen)
    except FAULTS as problem:
        _tell(str(problem), sys.stderr)
        return 2
    except OSError as error:
        _tell(f"{error.filename or 'The system'}: {error.strerror or error}.", sys.stderr)
        return 2
    except KeyboardInterrupt:
        _tell("\nStopped; everything that was started has ended.", sys.stderr)
        return 130


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 course.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="submit|verify")
    submit = commands.add_parser("submit", help="make a submission from your build")
    submit.add_argument("--agent", type=Path, metavar="FILE", help="a single-file agent of yours")
    submit.add_argument("--out", type=Path, metavar="DIR", help="default: my/submission")
    submit.add_argument(
        "--recording", type=Path, metavar="FILE", help="a recording.cast that you have made"
    )
    submit.add_argument("--runs", type=_count, default=5, help="measurements (default: 5)")
    submit.add_argument("--seeds", type=_count, default=1, help="tries a behaviour (default: 1)")
    submit.add_argument(
        "--live",
        action="store_true",
        help=f"record and measure a live model ({KEY}); costs some cents",
    )
    submit.add_argument("--git", action="store_true", help="commit it (never pushes)")
    check = commands.add_parser("verify", help="verify a submission, or a folder of them")
    check.add_argument("path", type=Path, metavar="PATH")
    check.add_argument(
        "--seeds",
        type=_count,
        help=f"tries a behaviour with fresh values (default: {ALONE}; in a folder: {IN_A_CLASS})",
    )
    check.add_argument("--out", type=Path, metavar="DIR", help="where the table goes")
    check.add_argument(
        "--again", action="store_true", help="try what has not changed again, too (of a folder)"
    )
    return parser


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 100:
        raise argparse.ArgumentTypeError(f"{word!r} is no number from 1 to 100")
    return int(word)


def _key(environment: Mapping[str, str]) -> str:
    """Return the key for the live model."""
    try:
        key = clean_key(environment.get(KEY, ""), KEY)
    except ValueError as problem:
        raise CannotSubmit(str(problem)) from None
    if not key:
        raise CannotSubmit(f"There is no key: set {KEY}, or leave --live out.")
    return key


def _submit(chosen: argparse.Namespace) -> int:
    """Make a submission, step by step."""
    environment: Mapping[str, str] = {}
    if chosen.live:
        environment = {KEY: _key(os.environ)}
    if chosen.agent:
        ready = brought(chosen.agent)
        _tell(f"{ready.file}: {owned(ready.owners)}")
    else:
        ready = bundled(_tell)
    text = note()
    if wrong := note_problems(text):
        file = progress.home() / "note.md"
        raise CannotSubmit(f"{' '.join(wrong)} Write it into {file}, then submit again.")
    _tell("Trying each behaviour over the wire …")
    results = checked(ready.file, chosen.seeds, say=_tell)
    if chosen.recording:
        cast = Cast.read(chosen.recording)
    else:
        _tell("Recording a session …")
        arguments = () if chosen.live else ("--mock",)
        cast = record(ready.file, PROMPT, arguments=arguments, environment=environment)
    _tell(f"Measuring the first token, {chosen.runs} times …")
    base_url, mode = (LIVE_URL, "live") if chosen.live else (None, "mock")
    times = measured(ready.file, chosen.runs, base_url=base_url, mode=mode, environment=environment)
    out = package(
        chosen.out or progress.home() / "submission",
        agent=ready.file,
        owners=ready.owners,
        cast=cast,
        measured=times,
        note=text,
        results=results,
        mode=mode,
        say=_tell,
    )
    if chosen.git:
        _tell(commit(out))
    if not passed(results):
        _tell("It is packed as it is, and says which behaviours fail.")
    _tell(f"Look at {out / 'report.html'}, then: python3 course.py verify {out}")
    return 0 if passed(results) else 1


def _verify(chosen: argparse.Namespace) -> int:
    """Verify one submission, or each in a folder."""
    if chosen.path.exists():
        for words in contained():
            _tell(words)
        _tell("")
    if looks_like_one(chosen.path) or not chosen.path.is_dir():
        verdict = verify(chosen.path, seeds=chosen.seeds or ALONE, say=_tell)
        _tell(f"\n{verdict.words()}")
        return 0 if verdict.passed else 1
    look = partial(verified, again=chosen.again)
    seeds = chosen.seeds or IN_A_CLASS
    verdicts = table(chosen.path, seeds=seeds, say=_tell, out=chosen.out, verify=look)
    place = chosen.out or chosen.path
    good = sum(one.passed for one in verdicts)
    _tell(f"{good} of {len(verdicts)} passed: {place / 'submissions.html'} and submissions.csv")
    return 0 if good == len(verdicts) else 1


def _tell(words: str, to: TextIO | None = None) -> None:
    # What a submission says must not steer the terminal.
    plain = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in words)
    to = to or sys.stdout
    to.write(plain + "\n")
    to.flush()


if __name__ == "__main__":
    sys.exit(main())
