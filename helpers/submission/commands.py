"""submit, verify and gallery on the command line."""

import argparse
import os
import re
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from helpers.lessons.learner import progress
from helpers.submission.bundle import CannotBundle
from helpers.submission.conformance.suite import all_pass
from helpers.submission.gallery import CannotShow, entries, write
from helpers.submission.manifest import LONGEST, About
from helpers.submission.note import note_problems
from helpers.submission.package import CannotPackage, package
from helpers.submission.recording import CannotRecord, Cast, record
from helpers.submission.repository import commit
from helpers.submission.sandbox import describe_container
from helpers.submission.steps import (
    PROMPT,
    CannotSubmit,
    build_agent,
    describe_owners,
    note,
    read_agent,
    try_in_suite,
)
from helpers.submission.submission_files import CannotRead, looks_like_one, submissions_in
from helpers.submission.table import table
from helpers.submission.ttft import LIVE_URL, CannotMeasure, measured
from helpers.submission.verdict import TITLES
from helpers.submission.verdict_store import verify_once
from helpers.submission.verify import verify
from helpers.wire.keys import clean_key

__all__ = ["main"]

# The contract in short; a test holds it to the page.
CONTRACT = """\
a file of your own (--agent FILE) is run as a program, in any style that you like:

  python agent.py [--base-url URL] [--weather-url URL] [--read-timeout SECONDS] PROMPT

  - its key is in ANTHROPIC_API_KEY; it asks POST {base-url}/v1/messages
  - its one tool is get_weather(city): GET {weather-url}/weather?city=... gives JSON
  - the answer goes to standard output as it comes, all else to standard error
  - it ends with 0 if the answer is whole, else with 1 and a sentence
  - it needs no --mock: the course plays the API and the weather service

all of it, and what is recorded and why: docs/your-agent.md"""
KEY = "ANTHROPIC_API_KEY"
ON_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
FAULTS = (
    *(CannotBundle, CannotMeasure, CannotPackage, CannotRead, CannotRecord, CannotShow),
    CannotSubmit,
)
# How often a behaviour is tried with fresh values, beside one seed of the report's own: forty
# submissions shall not take longer than a break.
ALONE, IN_A_CLASS = 3, 1


def main(arguments: list[str] | None = None) -> int:
    """Carry out a command; return the exit code: 0, 1 (it didn't pass), 2 (it can't be done)."""
    chosen = _options().parse_args(arguments)
    try:
        return {"submit": _submit, "verify": _verify, "gallery": _gallery}[chosen.command](chosen)
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
    commands = parser.add_subparsers(dest="command", required=True, metavar="submit|verify|gallery")
    submit = commands.add_parser(
        "submit",
        help="make a submission from your build",
        epilog=CONTRACT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
    submit.add_argument(
        "--model", type=_word, metavar="M", help="the model, such as claude-sonnet-5-5"
    )
    submit.add_argument(
        "--base-url", type=_address, metavar="URL", help="with --live: another server to ask"
    )
    submit.add_argument(
        "--openai", action="store_true", help="let the file speak OpenAI's API as well"
    )
    submit.add_argument("--title", type=_line, default="", help="what it is called")
    submit.add_argument("--author", type=_line, default="", metavar="NAME", help="your name")
    submit.add_argument(
        "--gallery", action="store_true", help="a gallery of your class may show it to anybody"
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
    show = commands.add_parser("gallery", help="a page of a class's verified submissions")
    show.add_argument("path", type=Path, metavar="FOLDER")
    show.add_argument("--seeds", type=_count, default=IN_A_CLASS, help="see verify")
    show.add_argument(
        "--out", type=Path, metavar="DIR", help="where the page goes (default: FOLDER-gallery)"
    )
    return parser


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 100:
        raise argparse.ArgumentTypeError(f"{word!r} is no number from 1 to 100")
    return int(word)


def _line(words: str) -> str:
    words = " ".join(words.split())
    if not words.isprintable() or len(words) > LONGEST:
        raise argparse.ArgumentTypeError(f"it takes one line of at most {LONGEST} characters")
    return words


def _word(word: str) -> str:
    if not re.fullmatch(r"[\w.:/@-]{1,100}", word, re.ASCII) or word.startswith("-"):
        raise argparse.ArgumentTypeError("a model's id has letters, digits and .:/@- only")
    return word


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        right = False
    if not right or parts.username or parts.password or parts.query or parts.fragment:
        # It may hold a key, so it isn't repeated.
        raise argparse.ArgumentTypeError("it takes an address such as https://example.org")
    return url.rstrip("/")


def _environment(chosen: argparse.Namespace) -> dict[str, str]:
    """Return what the agent finds in its environment in front of a live model."""
    local = urlsplit(chosen.base_url or LIVE_URL).hostname in ON_THIS_MACHINE
    if local and not os.environ.get(KEY):
        return {}
    return {KEY: _key(os.environ)}


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
    if chosen.base_url and not chosen.live:
        raise CannotSubmit("--base-url says where a live model is: add --live, or leave it out.")
    if chosen.agent and chosen.openai:
        raise CannotSubmit(
            "--openai is about the file that is made here: leave it, or --agent, out."
        )
    if chosen.agent and chosen.model and not chosen.live:
        raise CannotSubmit("A file of your own is asked for a model in --live alone: add that.")
    environment = _environment(chosen) if chosen.live else {}
    if chosen.agent:
        ready = read_agent(chosen.agent)
        _tell(f"{ready.file}: {describe_owners(ready.owners)}")
    else:
        ready = build_agent(_tell, model=chosen.model or "", openai=chosen.openai)
    text = note()
    if wrong := note_problems(text):
        file = progress.home() / "note.md"
        raise CannotSubmit(f"{' '.join(wrong)} Write it into {file}, then submit again.")
    # The file that is made here asks for the model by itself.
    model = ("--model", chosen.model) if chosen.agent and chosen.model else ()
    live = None
    if chosen.live:  # first, since a key or a model that is wrong shows here
        _tell(f"Measuring the first token of a live model, {chosen.runs} times …")
        live = measured(
            ready.file,
            chosen.runs,
            base_url=chosen.base_url or LIVE_URL,
            mode="live",
            environment=environment,
            arguments=model,
        )
        _tell(live.words())
    _tell("Trying each behaviour over the wire …")
    results = try_in_suite(ready.file, chosen.seeds, say=_tell)
    left_out = {}
    cast, times = None, None
    if chosen.recording:
        cast = Cast.read(chosen.recording)
    else:
        _tell("Recording a session …")
        server = ("--base-url", chosen.base_url) if chosen.base_url else ()
        arguments = (*server, *model) if chosen.live else None
        try:
            cast = record(ready.file, PROMPT, arguments=arguments, environment=environment)
        except CannotRecord as problem:
            left_out["recording"] = str(problem)
    _tell(f"Measuring the first token, {chosen.runs} times …")
    try:
        times = measured(ready.file, chosen.runs)
    except CannotMeasure as problem:
        left_out["ttft"] = str(problem)
    for name, words in left_out.items():
        _tell(f"Left out, which the manifest says: the {TITLES[name]}. {words}")
    out = package(
        chosen.out or progress.home() / "submission",
        agent=ready.file,
        owners=ready.owners,
        cast=cast,
        measured=times,
        note=text,
        results=results,
        mode="live" if chosen.live else "mock",
        live=live,
        about=About(chosen.title, chosen.author, chosen.gallery),
        left_out=left_out,
        say=_tell,
    )
    if chosen.gallery:
        _tell("Its manifest says that a gallery may show it to anybody.")
    if chosen.git:
        _tell(commit(out, chosen.author))
    if not all_pass(results):
        _tell("It is packed as it is, and says which behaviours fail.")
        if chosen.agent:
            _tell("What an agent has to keep to: docs/your-agent.md")
    _tell(f"Look at {out / 'report.html'}, then: python3 course.py verify {out}")
    return 0 if all_pass(results) else 1


def _verify(chosen: argparse.Namespace) -> int:
    """Verify one submission, or each in a folder."""
    if chosen.path.exists():
        for words in describe_container():
            _tell(words)
        _tell("")
    if looks_like_one(chosen.path) or not chosen.path.is_dir():
        verdict = verify(chosen.path, seeds=chosen.seeds or ALONE, say=_tell)
        _tell(f"\n{verdict.words()}")
        return 0 if verdict.passed else 1
    look = partial(verify_once, again=chosen.again)
    seeds = chosen.seeds or IN_A_CLASS
    verdicts = table(chosen.path, seeds=seeds, say=_tell, out=chosen.out, verify=look)
    place = chosen.out or chosen.path
    good = sum(one.passed for one in verdicts)
    _tell(f"{good} of {len(verdicts)} passed: {place / 'submissions.html'} and submissions.csv")
    return 0 if good == len(verdicts) else 1


def _gallery(chosen: argparse.Namespace) -> int:
    """Make a page of those submissions in a folder that passed and may be shown."""
    folder = chosen.path.resolve()
    if looks_like_one(folder):
        raise CannotShow(f"{chosen.path} is one submission: name the folder that it is in.")
    out = chosen.out or folder.with_name(f"{folder.name}-gallery")
    paths = submissions_in(folder)
    verdicts = table(folder, seeds=chosen.seeds, say=_tell)
    shown, left_out = entries(zip(paths, verdicts, strict=True), out)
    write(out, shown)
    _tell(f"Shown: {len(shown)}. {left_out}")
    _tell(f"Look at {out / 'index.html'}; its links lead to the submissions in {folder}.")
    return 0 if shown else 1


def _tell(words: str, to: TextIO | None = None) -> None:
    # What a submission says must not steer the terminal.
    plain = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in words)
    to = to or sys.stdout
    to.write(plain + "\n")
    to.flush()


if __name__ == "__main__":
    sys.exit(main())
