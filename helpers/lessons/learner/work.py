"""All that a learner has made, as one file: notebooks, parts, their agent, progress.

    notebooks/NAME.ipynb    parts/NAME.py    build/agent.py    progress.json

A browser's tab gives such a file (`course.download()`), and `course.py lab --from FILE` takes it.
"""

import io
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.browser import IN_BROWSER
from helpers.lessons.learner import progress

__all__ = ["NAME", "Download", "NotWork", "pack", "take"]

NAME = "work.zip"
ALONE = ("build/agent.py", "progress.json")  # of which there is one
NAMES = re.compile(r"notebooks/[^/\\:]+\.ipynb|parts/\w+\.py|build/agent\.py|progress\.json")
MOST_BYTES = 200_000_000  # of all files together; a course's work has a hundredth of that
MOST_FILES = 2_000
IN_A_TAB = "in-a-tab"  # the id of the cell that the browser edition adds
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
OLDEST = (1980, 1, 1, 0, 0, 0)


class NotWork(Exception):
    """A file is no learner's work; the message says why, and what to do."""


@dataclass(frozen=True)
class Download:
    """A link to one's work, or the file that it was written to."""

    data: bytes
    count: int
    file: Path | None = None

    def __repr__(self) -> str:
        files = f"{self.count} file{'s' * (self.count != 1)}"
        return f"{files} of yours in {self.file or NAME}."

    def _repr_html_(self) -> str:
        if self.file:
            return f"<p>{self!r}</p>"
        link = f"data:application/zip;base64,{b64encode(self.data).decode()}"
        return (
            f'<p><a download="{NAME}" href="{link}" style="font-weight: 600">Download {NAME}</a> '
            f"({self.count} files of yours). On a machine, "
            f"<code>python3 course.py lab --from {NAME}</code> goes on with it.</p>"
        )


def download() -> Download:
    """Return a link to all of one's work; on a machine, write it into one's folder."""
    home = progress.home()
    notebooks = home.parent if IN_BROWSER else home / "notebooks"
    data, count = pack(home, notebooks)
    if IN_BROWSER:
        return Download(data, count)
    file = home / NAME
    file.write_bytes(data)
    return Download(data, count, file)


def pack(home: Path, notebooks: Path) -> tuple[bytes, int]:
    """Return a learner's work as a zip, and how many files it has.

    Args:
        home: the folder with parts and progress.
        notebooks: the folder with the notebooks.
    """
    packed, count = io.BytesIO(), 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in _files(home, notebooks):
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
            count += 1
    return packed.getvalue(), count


def _files(home: Path, notebooks: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(notebooks.glob("*.ipynb")):
        yield f"notebooks/{file.name}", file
    for file in sorted((home / "parts").glob("*.py")):
        yield f"parts/{file.name}", file
    for name in ALONE:
        if (home / name).exists():
            yield name, home / name


def take(
    file: Path, home: Path, is_the_courses: Callable[[Path], bool] = lambda path: False
) -> list[str]:
    """Put the work of a file into a learner's folder; return what there is to say about it.

    No file of theirs is ever replaced: another edition goes beside it.

    Args:
        file: the zip.
        home: the folder.
        is_the_courses: says of a notebook there whether it is the course's own, unchanged.

    Raises:
        NotWork: the file is none that `course.download()` gives; nothing was written.
        OSError: the folder can't be written to.
    """
    found = _read(file)
    sayings = []
    before = _parts(_bytes(home / "progress.json"))
    arrived = _parts(found.pop("progress.json", b""))
    for name, content in found.items():
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        present = _bytes(target)
        if present == content or (present and _same(present, content)):
            continue
        if name.startswith("notebooks/"):
            content = for_a_machine(content)
            if present is not None and is_the_courses(target):
                present = None
        part = target.stem if name.startswith("parts/") else ""
        if present is not None:
            target = _beside(target)
            sayings.append(f"You have another {name}: yours stays, and this one is {target.name}.")
        elif part and arrived.get(part):
            before[part] = arrived[part]
        target.write_bytes(content)
    if before:
        text = json.dumps({"version": 1, "parts": before}, indent=2, ensure_ascii=False) + "\n"
        (home / "progress.json").write_text(text, encoding="utf-8")
    return [f"{file.name}: {len(found)} files of your work are in {home}.", *sayings]


def sources(notebook: bytes) -> list[Any] | None:
    """Return what the cells of a notebook hold, but for what a tab adds; None if it is none."""
    try:
        cells = [cell for cell in json.loads(notebook)["cells"] if cell.get("id") != IN_A_TAB]
        return ["".join(cell["source"]) for cell in cells]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _same(one: bytes, other: bytes) -> bool:
    return sources(one) is not None and sources(one) == sources(other)


def for_a_machine(notebook: bytes) -> bytes:
    """Return a notebook of a tab with a machine's kernel, and without what a tab adds."""
    if sources(notebook) is None:
        return notebook
    whole = json.loads(notebook)
    whole["cells"] = [cell for cell in whole["cells"] if cell.get("id") != IN_A_TAB]
    whole.setdefault("metadata", {})["kernelspec"] = KERNEL
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _read(file: Path) -> dict[str, bytes]:
    """Return the files of a zip by name.

    Raises:
        NotWork: it is no zip, is damaged, or has something else in it.
    """
    advice = f"Name the {NAME} that course.download() gave you."
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            strange = [one.filename for one in entries if not NAMES.fullmatch(one.filename)]
            if strange:
                raise NotWork(f"{file} holds {strange[0]!r}, which is no part of work. {advice}")
            size = sum(one.file_size for one in entries)
            if size > MOST_BYTES or len(entries) > MOST_FILES:
                raise NotWork(f"{file} is too large to be a course's work. {advice}")
            return {one.filename: archive.read(one) for one in entries}
    except FileNotFoundError:
        raise NotWork(f"There is no file {file}. {advice}") from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise NotWork(f"{file} is no zip file, or is damaged. {advice}") from None


def _parts(data: bytes | None) -> dict[str, Any]:
    """Return which parts have passed, as a progress.json says it."""
    try:
        parts = json.loads(data or b"{}")["parts"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    return dict(parts) if isinstance(parts, dict) else {}


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _beside(target: Path) -> Path:
    """Return a free name beside a file."""
    for number in range(1, 1000):
        words = "from work" if number == 1 else f"from work {number}"
        free = target.with_name(f"{target.stem} ({words}){target.suffix}")
        if not free.exists():
            return free
    raise NotWork(f"There is no free name beside {target}: put some of your files elsewhere.")
