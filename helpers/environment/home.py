"""Whose folder is whose: the learner's own, and files that nobody else can have put there.

On a class's server many people use one copy of the course. Each has a folder of their own, and
a saved part is run only if nobody else can have written it.
"""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["belongs_to_me", "close_to_others", "home"]

NAME = "streaming-agents"  # of the folder at home, where the course's own isn't this person's


def home(environment: Mapping[str, str], root: Path) -> Path:
    """Return the learner's folder: COURSE_HOME, or `my` in the course's folder, or one at home.

    Args:
        environment: that of this process.
        root: the course's folder. If it isn't this person's, or can't be written to, others use
            it as well, so that `my` in it would be theirs, too.
    """
    if chosen := environment.get("COURSE_HOME"):
        return Path(chosen).expanduser()
    beside = root / "my"
    own = beside if beside.exists() else root
    mine = _owner(own) in (None, _me()) and os.access(own, os.W_OK)
    return beside if mine else Path.home() / NAME


def belongs_to_me(file: int, *folders: Path) -> bool:
    """Say whether an open file can have been written by this person alone.

    Args:
        file: its number.
        folders: those that it stands in; who can write there can put another file in its place.
    """
    if sys.platform == "win32":  # access there is by lists that a mode doesn't show
        return True
    if sys.platform == "emscripten":  # a browser's storage, which is one person's
        return True
    found = [os.fstat(file), *(folder.stat() for folder in folders)]
    return all(one.st_uid == _me() and not _open_to_others(one) for one in found)


def close_to_others(folder: Path) -> None:
    """Take the right to write to a folder of this person's from everybody else."""
    if sys.platform not in ("win32", "emscripten"):
        found = folder.stat()
        if found.st_uid == _me() and _open_to_others(found):
            folder.chmod(stat.S_IMODE(found.st_mode) & ~0o022)


def _me() -> int | None:
    return os.getuid() if sys.platform != "win32" else None


def _owner(path: Path) -> int | None:
    return path.stat().st_uid if sys.platform != "win32" else None


def _open_to_others(found: os.stat_result) -> bool:
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_private(found.st_gid)


def _is_private(group: int) -> bool:
    """Say whether a group is this person's alone: many systems make one for each, of one name."""
    if sys.platform == "win32":
        return False
    import grp
    import pwd

    try:
        entry, me = grp.getgrgid(group), pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return entry.gr_name == me.pw_name and set(entry.gr_mem) <= {me.pw_name}
