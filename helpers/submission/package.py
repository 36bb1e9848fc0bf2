"""A folder that is ready to be a public repository: the agent, and what shows that it works."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from helpers.submission.card import card
from helpers.submission.conformance.suite import Result
from helpers.submission.manifest import CONTENTS, EXTRAS, About, make_manifest
from helpers.submission.picture import animated_svg
from helpers.submission.readme import TITLE, figures, is_edited, readme
from helpers.submission.recording import Cast, leaks, scrub, secrets_here
from helpers.submission.report import claims, dump_report, page
from helpers.submission.ttft import Measured, dump_measurement

__all__ = ["CannotPackage", "package"]


class CannotPackage(Exception):
    """There is no submission; the message says why, and what to do."""


def package(
    out: Path,
    *,
    agent: Path,
    owners: Mapping[str, str],
    cast: Cast | None,
    measured: Measured | None,
    note: str,
    results: Iterable[Result],
    mode: str,
    live: Measured | None = None,
    about: About = About(),  # noqa: B008 (it can't be changed)
    left_out: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda words: None,
) -> Path:
    """Write a submission; return its folder.

    A submission that stood there before is replaced as a whole, and its history in git stays.
    A README that its author has changed stays, too.

    Args:
        out: the folder.
        agent: the agent's file.
        owners: "yours" or "the course's", by part.
        cast: a session with it; None if none could be recorded.
        measured: its times to the first token, on the offline API; None if there are none.
        note: what its author says about it.
        results: what came of the conformance suite.
        mode: "mock" or "live": whose answers the session is of.
        live: its times to the first token of a live model, if there are any.
        about: its title, its author, and whether a gallery may show it.
        left_out: why there is no "recording" or no "ttft", in a sentence.
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
    clean = None if cast is None else _clean(cast, secrets)
    found = list(results)
    report = claims(found, source)
    texts = {
        "note.md": note if note.endswith("\n") else note + "\n",
        "conformance.json": dump_report(report),
        "report.html": page(report),
        "README.md": _own_readme(out, say)
        or readme(about, owners, source, clean, note, found, measured, live),
    }
    if clean is not None:
        texts |= {"recording.cast": clean.text(), "recording.svg": animated_svg(clean)}
    if measured is not None:
        texts |= {"ttft.json": dump_measurement(measured), "ttft.svg": measured.plot().svg}
    if live is not None:
        texts |= {"ttft-live.json": dump_measurement(live), "ttft-live.svg": live.plot().svg}
    files = {"agent.py": source, **{name: text.encode() for name, text in texts.items()}}
    files["manifest.json"] = _manifest(files, owners, mode, found, about, left_out)
    _refuse_secrets(files, clean, secrets)
    said = [] if clean is None else clean.said.splitlines()
    words = (about.title or TITLE, about.author, said, figures(found, measured))
    files["card.png"] = card(*words)
    _write(out, files)
    say(f"Wrote {len(files)} files to {out}.")
    return out


def _clean(cast: Cast, secrets: Mapping[str, str]) -> Cast:
    """Return a recording without keys, and as it stands in a file, so that anybody draws it."""
    clean = scrub(cast, secrets)
    return replace(clean, events=tuple((round(at, 6), text) for at, text in clean.events))


def _own_readme(out: Path, say: Callable[[str], None]) -> str:
    """Return the README that the author has written into the folder; "" if there is none."""
    try:
        text = (out / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    if not (out / "manifest.json").exists() or not is_edited(text):
        return ""
    say("README.md is your own by now, so it stays as it is; delete it to have a new one.")
    return text


def _manifest(
    files: Mapping[str, bytes],
    owners: Mapping[str, str],
    mode: str,
    results: Iterable[Result],
    about: About,
    left_out: Mapping[str, str] | None,
) -> bytes:
    held = {name: content for name, content in files.items() if name in CONTENTS}
    seeds = {one.seed for one in results}
    manifest = make_manifest(
        held, owners=owners, mode=mode, seeds=seeds, about=about, left_out=left_out
    )
    return (json.dumps(manifest, indent=2) + "\n").encode()


def _refuse_secrets(
    files: Mapping[str, bytes], cast: Cast | None, secrets: Mapping[str, str]
) -> None:
    """Look for keys in what would be shipped, and in what a terminal makes of the recording.

    Raises:
        CannotPackage: there is one.
    """
    seen = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    found = [
        f"{name} holds {words}" for name, text in seen.items() for words in leaks(text, secrets)
    ]
    shown = "" if cast is None else f"{cast.command}\n{cast.said}"
    found += [f"recording.cast shows {words}" for words in leaks(shown, secrets)]
    if found:
        more = f" ({len(found) - 1} more like it)" if len(found) > 1 else ""
        raise CannotPackage(
            f"{found[0]}{more}: take it out (a key belongs into the environment), then submit "
            "again. Nothing was written."
        )


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Put the files into the folder, all of them or none."""
    known = {*CONTENTS, *EXTRAS, "manifest.json"}
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
            for name in EXTRAS:
                if name not in files:  # of a submission that stood here before
                    (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise CannotPackage(
            f"{out} can't be written to ({error.strerror}): make room, or name another folder "
            "with --out."
        ) from None
