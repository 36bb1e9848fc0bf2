"""Which class a learner's environment names: COURSE_CLASS is a link, or a file that holds one.

A hub's settings name the file before anybody knows the link. `course.py class` writes its link
there; a notebook that starts then offers to join, and its learner types no link.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["class_link", "link_file", "offer", "withdraw"]

VARIABLE = "COURSE_CLASS"
LONGEST = 2_000  # characters of a link


def class_link(environment: Mapping[str, str]) -> str:
    """Return the link of the class that waits; "" if none does.

    Args:
        environment: that of this process.
    """
    file = link_file(environment)
    if file is None:
        return environment.get(VARIABLE, "").strip()
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(LONGEST).strip()
    except (OSError, ValueError):  # no class runs now
        return ""


def link_file(environment: Mapping[str, str]) -> Path | None:
    """Return the file in which a class's link is to be found; None if no file is named."""
    value = environment.get(VARIABLE, "").strip()
    return Path(value) if Path(value).is_absolute() else None


def offer(file: Path, link: str) -> None:
    """Write a class's link where all users of a hub can read it.

    Raises:
        OSError: it can't be written.
    """
    part = file.with_name(f"{file.name}.part")
    part.write_text(link + "\n", "utf-8")
    part.chmod(0o644)
    os.replace(part, file)


def withdraw(file: Path, link: str) -> None:
    """Take a link away, if it is still this one: the class has stopped."""
    with suppress(OSError, ValueError):
        if file.read_text("utf-8").strip() == link:
            file.unlink()
