"""A submission as somebody else made it: its bytes are read once, and nothing is made of them.

What they hold is looked at inside the container (evaluation.py), an archive's inside as well.
"""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from helpers.submission.manifest import CONTENTS, OPTIONAL
from helpers.submission.plain import plain

__all__ = ["CannotRead", "Submission", "looks_like_one", "missing", "read", "submissions_in"]

LARGEST = 8_000_000  # bytes of one file
MOST = 20_000_000  # bytes of all of them, and of an archive
KNOWN = (*CONTENTS, "manifest.json")
NAME = 80  # characters of a name
ARCHIVE = "archive.zip"  # what an archive is called once it was read
# Not on Windows: there, a link is seen by its status alone.
SAFELY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
SAFELY |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class CannotRead(Exception):
    """There is no submission; the message says why, and what to do."""


@dataclass(frozen=True)
class Submission:
    """What was handed in.

    Attributes:
        name: of the folder or the archive, as it can be printed.
        files: those that a submission has, name -> content; or the archive alone.
        problems: what is wrong with how it was handed in, a sentence each.
    """

    name: str
    files: Mapping[str, bytes]
    problems: tuple[str, ...] = ()

    @property
    def is_packed(self) -> bool:
        """Whether it is an archive that nobody has opened yet."""
        return ARCHIVE in self.files

    def digest(self) -> str:
        """Return what tells its contents from any other's."""
        whole = sha256()
        for name, content in sorted(self.files.items()):
            whole.update(f"{name} {len(content)}\n".encode() + content)
        for words in self.problems:
            whole.update(words.encode("utf-8", "replace"))
        return whole.hexdigest()


def read(path: Path) -> Submission:
    """Read a submission: a folder, or a .zip of one.

    Links are not followed, nothing waits, and only the files that belong to a submission are
    read at all.

    Raises:
        CannotRead: there is nothing that could be one.
    """
    shown = plain(str(path), 200)
    name = plain(path.resolve().name.removesuffix(".zip"), NAME)
    try:
        if path.is_dir():
            return _folder(path, name)
        if not path.exists():
            raise CannotRead(f"There is no {shown}: name a submission's folder.")
        content = _content(path, MOST)
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or error
        raise CannotRead(f"{shown} can't be read: {plain(str(words))}.") from None
    if isinstance(content, bytes) and (path.suffix.lower() == ".zip" or content[:2] == b"PK"):
        return Submission(name, {ARCHIVE: content})
    if isinstance(content, str):
        raise CannotRead(content)
    raise CannotRead(f"{shown} is neither a folder nor a .zip: name a submission's folder.")


def _folder(folder: Path, name: str) -> Submission:
    """Return what stands in a folder, and what is wrong with it."""
    files: dict[str, bytes] = {}
    problems = []
    wrong = set()
    for one in KNOWN:
        left = MOST - sum(map(len, files.values()))
        try:
            content = _content(folder / one, min(LARGEST, left))
        except FileNotFoundError:
            continue
        except OSError as error:
            content = f"{one} can't be read: {error.strerror or error}."
        if isinstance(content, bytes):
            files[one] = content
        else:
            wrong.add(one)
            problems.append(content)
    return Submission(name, files, (*problems, *missing({*files, *wrong})))


def missing(there: set[str]) -> list[str]:
    """Return which files that each submission has are not there, a sentence each."""
    needed = set(KNOWN).difference(*OPTIONAL.values())
    return [f"{name} is missing." for name in KNOWN if name in needed - there]


def _content(path: Path, most: int) -> bytes | str:
    """Return what a file holds, or what is wrong with it.

    Raises:
        OSError: it can't be read.
    """
    name = plain(path.name, NAME)
    if not stat.S_ISREG(path.lstat().st_mode):
        return f"{name} is a link, or no file: it was not followed."
    # It may have become another since: what counts is what was opened.
    with os.fdopen(os.open(path, SAFELY), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return f"{name} is a link, or no file: it was not followed."
        if status.st_size > most:
            return too_large(name, status.st_size)
        content = file.read(most + 1)
    return content if len(content) <= most else too_large(name, len(content))


def too_large(name: str, size: int) -> str:
    """Say that a file has too many bytes."""
    return f"{name} has {size:,} bytes; at most {LARGEST:,} are read, {MOST:,} of all files."


def looks_like_one(path: Path) -> bool:
    """Say whether a path is a submission, rather than a folder of them."""
    return path.is_file() or any((path / name).exists() for name in ("agent.py", "manifest.json"))


def submissions_in(folder: Path) -> list[Path]:
    """Return the submissions in a folder, in the order of their names.

    Raises:
        CannotRead: there is no such folder, or no submission in it.
    """
    shown = plain(str(folder), 200)
    found = []
    try:
        for entry in os.scandir(folder):
            with suppress(OSError):  # who can't be looked at is said to be so when it is read
                is_file = entry.is_file(follow_symlinks=False)
                named = not entry.name.startswith(".") and not entry.is_symlink()
                right = entry.name.lower().endswith(".zip") if is_file else entry.is_dir()
                if named and right:
                    found.append(Path(entry.path))
    except OSError as error:
        raise CannotRead(f"{shown} can't be read: {error.strerror}.") from None
    if not found:
        raise CannotRead(f"{shown} holds no submission: no folder with an agent.py, and no .zip.")
    return sorted(found)
