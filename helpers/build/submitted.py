"""A submission as somebody else made it: its files are read once, and none of them is trusted."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from helpers.build.manifest import CONTENTS

__all__ = ["CannotRead", "Submission", "looks_like_one", "read", "submissions_in"]

LARGEST = 8_000_000  # bytes of one file
MOST_FILES = 200  # looked at, in a folder or an archive
KNOWN = (*CONTENTS, "manifest.json")


class CannotRead(Exception):
    """There is no submission; the message says why, and what to do."""


@dataclass(frozen=True)
class Submission:
    """What was handed in.

    Attributes:
        name: of the folder or the archive.
        files: those that a submission has, name -> content.
        problems: what is wrong with how it was handed in, a sentence each.
    """

    name: str
    files: dict[str, bytes]
    problems: tuple[str, ...]


def read(path: Path) -> Submission:
    """Read a submission: a folder, or a .zip of one.

    Links are not followed, archives are not unpacked, and only the files that belong to a
    submission are read at all.

    Raises:
        CannotRead: there is nothing that could be one.
    """
    try:
        if path.is_dir():
            found = list(_in_folder(path))
        elif path.is_file() and zipfile.is_zipfile(path):
            found = list(_in_archive(path))
        elif path.exists():
            raise CannotRead(f"{path} is neither a folder nor a .zip: name a submission's folder.")
        else:
            raise CannotRead(f"There is no {path}: name a submission's folder.")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise CannotRead(f"{path.name} can't be unpacked: {error}.") from None
    except OSError as error:
        raise CannotRead(f"{path} can't be read: {error.strerror or error}.") from None
    files = {name: content for name, content in found if isinstance(content, bytes)}
    problems = [content for _, content in found if isinstance(content, str)]
    wrong = {name for name, content in found if isinstance(content, str)}
    problems += [f"{name} is missing." for name in KNOWN if name not in files.keys() | wrong]
    return Submission(path.resolve().name.removesuffix(".zip"), files, tuple(problems))


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes | str]]:
    """Yield each file's name, with its content or what is wrong with it."""
    for name in KNOWN:
        path = folder / name
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(status.st_mode):
            yield name, f"{name} is a link, or no file: it was not followed."
        elif status.st_size > LARGEST:
            yield name, _too_large(name, status.st_size)
        else:
            with path.open("rb") as file:
                yield name, file.read(LARGEST)


def _in_archive(path: Path) -> Iterator[tuple[str, bytes | str]]:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            yield "", f"The archive holds {len(entries)} files; a submission has {len(KNOWN)}."
            return
        names = {entry.filename for entry in entries}
        # Most programs pack the folder itself along with what is in it.
        tops = {name.split("/")[0] for name in names}
        inside = f"{tops.pop()}/" if len(tops) == 1 and not names & set(KNOWN) else ""
        for entry in entries:
            if entry.filename.startswith("/") or ".." in PurePosixPath(entry.filename).parts:
                yield "", "The archive holds a path that leads out of it; it was not unpacked."
            name = entry.filename.removeprefix(inside)
            if name not in KNOWN:
                continue
            if stat.S_ISLNK(entry.external_attr >> 16):
                yield name, f"{name} is a link: it was not followed."
            elif entry.file_size > LARGEST:
                yield name, _too_large(name, entry.file_size)
            else:
                with archive.open(entry) as file:
                    yield name, file.read(LARGEST)


def _too_large(name: str, size: int) -> str:
    return f"{name} has {size:,} bytes; at most {LARGEST:,} are read."


def looks_like_one(path: Path) -> bool:
    """Say whether a path is a submission, rather than a folder of them."""
    return path.is_file() or any((path / name).exists() for name in ("agent.py", "manifest.json"))


def submissions_in(folder: Path) -> list[Path]:
    """Return the submissions in a folder, in the order of their names.

    Raises:
        CannotRead: there is no such folder, or no submission in it.
    """
    try:
        found = sorted(
            path
            for path in folder.iterdir()
            if not path.name.startswith(".")
            and not path.is_symlink()
            and (path.suffix == ".zip" if path.is_file() else path.is_dir())
        )
    except OSError as error:
        raise CannotRead(f"{folder} can't be read: {error.strerror}.") from None
    if not found:
        raise CannotRead(f"{folder} holds no submission: no folder with an agent.py, and no .zip.")
    return found
