"""What a .zip holds. It is opened inside the container alone: see evaluation.py."""

import stat
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from helpers.submission.plain import plain
from helpers.submission.submission_files import KNOWN, LARGEST, MOST, too_large

__all__ = ["CannotUnpack", "unpack"]

MOST_FILES = 200
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1  # of an entry's flags
BESIDE = ("__MACOSX",)  # what a Mac packs along


class CannotUnpack(Exception):
    """The archive can't be opened; the message says why, and what to do."""


def unpack(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a submission in an archive, and what is wrong with it, a sentence each.

    Nothing is written anywhere; links are not followed, and what is no part of a submission is
    not read.

    Raises:
        CannotUnpack: it is no archive, or too damaged to be listed.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        entries = archive.infolist()
    except Exception as error:  # a damaged archive can raise nearly anything
        raise CannotUnpack(
            f"The archive can't be opened ({type(error).__name__}): pack the folder again."
        ) from None
    if len(entries) > MOST_FILES:
        return {}, [f"The archive holds {len(entries)} files; a submission has {len(KNOWN)}."]
    files: dict[str, bytes] = {}
    problems: list[str] = []
    named = [(entry, PurePosixPath(entry.filename.replace("\\", "/"))) for entry in entries]
    if any(path.is_absolute() or ".." in path.parts for _, path in named):
        problems.append("The archive holds a path that leads out of it; that was not unpacked.")
    belongs = [
        (entry, path)
        for entry, path in named
        if path.name in KNOWN
        and not entry.is_dir()
        and not path.is_absolute()
        and not {"..", *BESIDE} & set(path.parts)
    ]
    # Most programs pack the folder itself along with what is in it.
    top = min((path.parent for _, path in belongs), key=lambda one: len(one.parts), default=None)
    seen = set()
    for entry, path in belongs:
        if path.parent != top:
            continue
        if path.name in seen:
            problems.append(f"The archive holds {path.name} twice: pack the folder again.")
            continue
        seen.add(path.name)
        content = _content(archive, entry, path.name)
        if isinstance(content, str):
            problems.append(content)
        elif sum(map(len, files.values())) + len(content) > MOST:
            problems.append(f"The archive's files have more than {MOST:,} bytes together.")
            break
        else:
            files[path.name] = content
    return files, problems


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes | str:
    """Return what a file in the archive holds, or what is wrong with it."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return f"{name} is a link: it was not followed."
    if entry.flag_bits & ENCRYPTED:
        return f"{name} is locked with a password: pack it without one."
    if entry.compress_type not in METHODS:
        return f"{name} is packed by method {entry.compress_type}: pack it as an ordinary .zip."
    if entry.file_size > LARGEST:
        return too_large(name, entry.file_size)
    try:
        with archive.open(entry) as file:
            content = file.read(LARGEST + 1)
    except Exception as error:  # a damaged archive can raise nearly anything
        words = plain(str(error), 80) or type(error).__name__
        return f"{name} is damaged in the archive ({words}): pack the folder again."
    return content if len(content) <= LARGEST else too_large(name, len(content))
