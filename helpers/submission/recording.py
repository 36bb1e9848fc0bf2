"""A terminal session with its real timing, as an asciicast (version 2), without any secret.

The program runs in a terminal of its own (a pseudo-terminal): it behaves as it does in front
of a person, and what it writes is noted with the time at which it came.
"""

import codecs
import json
import math
import os
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from helpers.submission.conformance.process import Limits, limiter
from helpers.submission.key_forms import find_keys, keys
from helpers.submission.services import ENVIRONMENT, play_services

__all__ = ["CannotRecord", "Cast", "json_of", "leaks", "record", "scrub", "secrets_here"]

MOST_BYTES = 2_000_000
REHEARSAL = "--mock"  # what an agent may know: it answers itself
# What a recorded command line shows for the addresses that the course plays.
OFFLINE_API, OFFLINE_WEATHER = "$MOCK", "$WEATHER"
# What an environment calls a secret: the whole word, so that KEYBOARD and TOKENIZERS are none.
SECRET_NAME = re.compile(
    r"(?<![A-Z])(API)?KEYS?(?![A-Z])|(?<![A-Z])TOKENS?(?![A-Z])|SECRET|PASSWORD|PASSWD|CREDENTIAL"
)
NEW_LINE = "\n"  # no f-string of Python 3.11 holds a backslash
MOST_EVENTS, MOST_SECONDS = 20_000, 3600.0
MOST_DRAWN, MOST_CELLS = 200_000, 20_000_000  # characters; cells of the screen in all pictures
MOST_MARKS = 16  # on one character
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")


class CannotRecord(Exception):
    """There is no recording; the message says why, and what to do."""


@dataclass(frozen=True)
class Cast:
    """A recorded session.

    Attributes:
        columns, rows: the size of the terminal.
        command: what was run, as a person would type it.
        events: when (seconds since the start) what was written.
        code: what the program ended with; None if it was stopped.
    """

    columns: int
    rows: int
    command: str
    events: tuple[tuple[float, str], ...]
    code: int | None = 0

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.events[-1][0] if self.events else 0.0

    @property
    def offline(self) -> bool:
        """Whether no model was asked, by its command line."""
        return bool({REHEARSAL, OFFLINE_API} & set(self.command.split()))

    @property
    def said(self) -> str:
        """All that was written, without what steers a terminal."""
        return ESCAPE.sub("", "".join(text for _, text in self.events)).replace("\r", "")

    def text(self) -> str:
        """Return it as the lines of an asciicast file."""
        head = {
            "version": 2,
            "width": self.columns,
            "height": self.rows,
            "command": self.command,
            "env": {"TERM": "xterm-256color"},
        }
        lines = [head, *([round(at, 6), "o", text] for at, text in self.events)]
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the session in a file.

        Raises:
            CannotRecord: it is no asciicast of version 2.
        """
        try:
            if path.stat().st_size > 4 * MOST_BYTES:
                raise CannotRecord(f"{path.name} is no recording of a session: it is too large.")
            data = path.read_bytes()
        except OSError as error:
            raise CannotRecord(f"{path.name} can't be read: {error.strerror}.") from None
        return cls.of(data, path.name)

    @classmethod
    def of(cls, data: bytes, name: str) -> Self:
        """Return the session in what a file holds, if it can be drawn in seconds.

        Args:
            data: its bytes; nothing in them is trusted.
            name: what the file is called in an error.

        Raises:
            CannotRecord: it is no asciicast of version 2, or larger than a session.
        """
        try:
            first, *rest = data.decode("utf-8").split("\n")  # U+2028 ends no line
            head: dict[str, Any] = json_of(first)
            if head["version"] != 2:
                raise ValueError(f"its version is {head['version']!r:.40}")
            columns, rows, command = head["width"], head["height"], head.get("command", "")
            if type(columns) is not int or type(rows) is not int or not isinstance(command, str):
                raise ValueError("a head of another form")
            if not (1 <= columns <= 500 and 1 <= rows <= 300):
                raise ValueError(f"a terminal of {columns:.6g} by {rows:.6g}")
            lines = [line for line in rest if line.strip()]
            if len(lines) > MOST_EVENTS:
                raise ValueError(f"{len(lines):,} events, and at most {MOST_EVENTS:,} are drawn")
            events = [_event(json_of(line)) for line in lines]
            written = tuple(event for event in events if event is not None)
            if any(later[0] < earlier[0] for earlier, later in pairwise(written)):
                raise ValueError("its times run backwards")
            _check_size(columns, rows, written)
        except RecursionError:
            raise CannotRecord(f"{name} is no asciicast of version 2: nested too deeply.") from None
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise CannotRecord(f"{name} is no asciicast of version 2: {error}.") from None
        return cls(columns, rows, command, written)


def json_of(text: str | bytes) -> Any:
    """Return what JSON says, if all of it can be written down again.

    Raises:
        ValueError: it is no JSON, or holds NaN, infinity, a number without bounds or half a
            character (a lone surrogate).
        RecursionError: it is nested too deeply.
    """

    def refuse(word: str) -> Any:
        raise ValueError(f"{word:.20} is no number in JSON")

    def finite(word: str) -> float:
        number = float(word)
        if not math.isfinite(number):
            refuse(word)
        return number

    value = json.loads(text, parse_constant=refuse, parse_float=finite)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _event(given: Any) -> tuple[float, str] | None:
    """Return when an event wrote what; None if it is one of another kind.

    Raises:
        ValueError: it is no event.
    """
    match given:
        case [bool(), *_]:
            raise ValueError("an event without a time")
        case [float() | int() as at, "o", str(text)] if 0 <= at <= MOST_SECONDS:
            return float(at), text
        case [float() | int(), str(kind), _] if kind != "o":
            return None
    raise ValueError("an event of another form")


def _check_size(columns: int, rows: int, events: Sequence[tuple[float, str]]) -> None:
    """Look whether a session can be drawn in seconds.

    Raises:
        ValueError: it can't; with the reason.
    """
    text = "".join(text for _, text in events)
    if len(text) > MOST_DRAWN:
        raise ValueError(f"{len(text):,} characters, and at most {MOST_DRAWN:,} are drawn")
    # Each of these can change the whole screen, and each event can be a picture of its own.
    steps = len(events) + sum(not character.isprintable() for character in text)
    if columns * rows * steps > MOST_CELLS:
        raise ValueError(f"{columns} by {rows} characters change too often to be drawn")
    marks = 0
    for character in ESCAPE.sub("", text):
        if unicodedata.combining(character):
            marks += 1
        elif character.isprintable():
            marks = 0
        if marks > MOST_MARKS:
            raise ValueError("a character with more marks than any script has")


def record(
    file: Path,
    prompt: str,
    *,
    arguments: Sequence[str] | None = None,
    columns: int = 80,
    rows: int = 24,
    seconds: float = 60.0,
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
) -> Cast:
    """Run an agent in a terminal, and note what it writes.

    Args:
        file: the agent.
        prompt: what it is asked.
        arguments: the rest of its command line; None for a session without a model: with
            --mock if the agent knows it, else the course plays the API and the weather service.
        columns, rows: the size of the terminal.
        seconds: the longest that it may take.
        environment: what it finds in its environment, beside what a terminal sets.
        limits: what it may take; without them, as much as any program.
        folder: where it runs; by default, where the file is.

    Raises:
        CannotRecord: this system has no pseudo-terminals, or the agent wrote nothing, wrote
            without end, or never ended.
    """
    if sys.platform == "win32":
        raise CannotRecord(
            "Windows has no pseudo-terminal for this: record in WSL, or bring a recording.cast."
        )
    import fcntl
    import pty
    import termios

    if arguments is None:
        more: dict[str, Any] = {"columns": columns, "rows": rows, "seconds": seconds}
        more |= {"limits": limits, "folder": folder}
        return _offline(file, prompt, environment or {}, more)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    given = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    given |= {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows)}
    process = subprocess.Popen(
        [sys.executable, "-X", "utf8", str(file.resolve()), *arguments, prompt],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**given, **(environment or {})},
        cwd=folder or file.resolve().parent,
        start_new_session=True,
        preexec_fn=limiter(limits) if limits else None,
    )
    os.close(theirs)
    start = time.monotonic()
    events: list[tuple[float, str]] = []
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    size, reason = 0, ""
    try:
        while not reason:
            left = start + seconds - time.monotonic()
            if left <= 0:
                reason = f"It had not ended after {seconds:.0f} s, so it was stopped"
            elif size > MOST_BYTES:
                reason = f"It wrote more than {MOST_BYTES // 1_000_000} MB, so it was stopped"
            elif select.select([ours], [], [], left)[0]:
                try:
                    data = os.read(ours, 65536)
                except OSError:  # so Linux says that the other end is closed
                    break
                if not data:
                    break
                size += len(data)
                if text := decoder.decode(data):
                    events.append((time.monotonic() - start, text))
    finally:
        os.close(ours)
        try:
            code: int | None = process.wait(5 if not reason else 0.1)
        except subprocess.TimeoutExpired:
            code = None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if reason:
        raise CannotRecord(f"{reason}: run it yourself and see where it hangs.")
    if not "".join(text for _, text in events).strip():
        raise CannotRecord(f"It wrote nothing and ended with {code}: there is nothing to show.")
    shown = shlex.join(["python", file.name, *arguments])
    shown += f' "{prompt}"' if not set(prompt) & set('"$`!\\\n') else f" {shlex.quote(prompt)}"
    return Cast(columns, rows, shown, tuple(events), code)


def _offline(
    file: Path, prompt: str, environment: Mapping[str, str], more: Mapping[str, Any]
) -> Cast:
    """Record a session that asks no model, and costs nothing."""
    # Only a file that names it is tried with it: another one might ask somebody after all.
    if REHEARSAL.encode() in file.read_bytes():
        with suppress(CannotRecord):
            cast = record(file, prompt, arguments=(REHEARSAL,), environment=environment, **more)
            if cast.code == 0:
                return cast
    with play_services() as (api, weather):
        line = ("--base-url", api, "--weather-url", weather)
        given = {**ENVIRONMENT, **environment}
        cast = record(file, prompt, arguments=line, environment=given, **more)
    command = cast.command.replace(api, OFFLINE_API).replace(weather, OFFLINE_WEATHER)
    return replace(cast, command=command)


def secrets_here(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what must not be in a recording made here, and what stands in its place."""
    found = {
        value.strip(): "[key]"  # without the line end that a file may have put behind it
        for name, value in environment.items()
        if SECRET_NAME.search(name.upper()) and len(value.strip()) >= 8
    }
    home = str(Path.home())
    if len(home) > 3:
        found[home] = "~"
    return found


def scrub(cast: Cast, secrets: Mapping[str, str]) -> Cast:
    """Return the session without secrets, also where one is spread over several writes.

    Args:
        cast: the session.
        secrets: what must not be in it -> what stands in its place. Whatever looks like a
            key goes as well.
    """
    whole = "".join(text for _, text in cast.events)
    cuts = sorted(_places(whole, secrets), key=lambda cut: (cut[0], -cut[1]))
    events, at, position = [], 0, 0
    for moment, text in cast.events:
        end, parts = position + len(text), []
        while position < end:
            while at < len(cuts) and cuts[at][1] <= position:
                at += 1
            if at == len(cuts) or cuts[at][0] >= end:
                parts.append(whole[position:end])
                position = end
            elif cuts[at][0] > position:
                parts.append(whole[position : cuts[at][0]])
                position = cuts[at][0]
            else:
                if cuts[at][0] == position:
                    parts.append(cuts[at][2])
                position = min(cuts[at][1], end)
        if parts and "".join(parts):
            events.append((moment, "".join(parts)))
    command = cast.command
    for start, stop, instead in sorted(_places(command, secrets), reverse=True):
        command = command[:start] + instead + command[stop:]
    return replace(cast, events=tuple(events), command=command)


def _places(text: str, secrets: Mapping[str, str]) -> Iterable[tuple[int, int, str]]:
    # A key can stand there with a colour in its middle: look at what a person sees.
    at: list[int] = []
    position = 0
    for escape in ESCAPE.finditer(text):
        at += range(position, escape.start())
        position = escape.end()
    at += range(position, len(text))
    seen = "".join(text[one] for one in at)
    for secret, instead in secrets.items():
        for found in re.finditer(re.escape(secret), seen):
            yield at[found.start()], at[found.end() - 1] + 1, instead
    for key in find_keys(seen):  # a placeholder looks no worse without its letters
        yield at[key.start], at[key.end - 1] + 1, "[key]"


def leaks(text: str, secrets: Iterable[str] = ()) -> list[str]:
    """Return in words what a text gives away, and where; no secret itself is repeated.

    Args:
        text: a session's `said`, or any file's text.
        secrets: what must not be in it; of a mapping, what stands for "~" is a folder's path.
    """
    seen = ESCAPE.sub("", text)
    found = [
        f"{_secret_in_words(secrets, secret)}, line {seen.count(NEW_LINE, 0, place) + 1}"
        for secret in secrets
        if secret and (place := _place(seen, secrets, secret)) is not None
    ]
    for one in dict.fromkeys((seen, text)):  # mostly they are the same
        for key in keys(one):
            shown = f" ({key.shown}…)" if key.shown else ""
            line = one.count(NEW_LINE, 0, key.start) + 1
            found.append(f"something that looks like a key of {key.whose}{shown}, line {line}")
    return list(dict.fromkeys(found))


def _is_folder(secrets: Iterable[str], secret: str) -> bool:
    return isinstance(secrets, Mapping) and secrets[secret] == "~"


def _secret_in_words(secrets: Iterable[str], secret: str) -> str:
    if _is_folder(secrets, secret):
        return "the path of your home folder"
    return "a secret of this machine's environment"


def _place(text: str, secrets: Iterable[str], secret: str) -> int | None:
    """Return where a secret stands in a text, also with line ends in its middle."""
    if _is_folder(secrets, secret):  # as a path, not as the end of some address
        pattern = rf"(?<![\w./-]){re.escape(secret)}(?![\w-])"
    else:
        pattern = r"\s*".join(re.escape(c) for c in secret if not c.isspace())
    found = re.search(pattern, text)
    return found.start() if found else None
