"""The folder of Pyodide: its files from npm, the wheels, and the list that it loads them by."""

import hashlib
import json
import re
import shutil
import tarfile
from collections.abc import Iterable
from email import message_from_bytes
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from helpers.site.running import course_wheel, first
from helpers.site.running.archives import without_compiled
from helpers.site.running.fetching import core_file
from helpers.site.running.lock import Lock
from helpers.site.running.relock import needs_of

__all__ = ["THERE", "write"]

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "package.json")
LIST = "pyodide-lock.json"
LOADER = Path(__file__).with_name("loader.mjs")
# What the first cell needs; it comes in one file, with all that these need.
FIRST = (
    *("ipykernel", "comm", "pyodide-kernel", "ipython", "widgetsnbextension", "ipywidgets"),
    *("anywidget", course_wheel.NAME),
)
# What the kernel would install if it were not told that it is there.
THERE = ("comm", "ipykernel", "ipython", "jedi", "micropip", "piplite", "pyodide-kernel")


def write(folder: Path, lock: Lock, cache: Path, kernel: Iterable[Path]) -> None:
    """Write the folder.

    Args:
        folder: where; it is made.
        lock: what is fetched.
        cache: where that is.
        kernel: the wheels of JupyterLite's kernel.
    """
    folder.mkdir(parents=True)
    with tarfile.open(core_file(lock, cache)) as archive:
        for name in (*CORE, LIST):
            member = archive.extractfile(f"package/{name}")
            assert member is not None
            (folder / name).write_bytes(member.read())
    for one in lock.wheels:
        if one.compiled:
            without_compiled(cache / one.file, folder)
        else:
            shutil.copyfile(cache / one.file, folder / one.file)
    for file in kernel:
        shutil.copyfile(file, folder / file.name)
    course_wheel.write(folder)
    entries = dict(map(_entry, sorted(folder.glob("*.whl"))))
    _move_first(entries, folder)
    for entry in entries.values():  # what is there already, or nowhere, is not asked for
        entry["depends"] = [name for name in entry["depends"] if name in entries]
    # JupyterLite's build looks for Pyodide under this name alone.
    (folder / "pyodide.mjs").rename(folder / "core.mjs")
    shutil.copyfile(LOADER, folder / "pyodide.mjs")
    whole = json.loads((folder / LIST).read_text("utf-8"))
    text = json.dumps({**whole, "packages": entries}, separators=(",", ":"))
    (folder / LIST).write_text(text, encoding="utf-8")


def _move_first(entries: dict[str, dict[str, Any]], folder: Path) -> None:
    """Take what the first cell needs from the list, and from the folder into one file."""
    found, wanted = {"piplite"}, list(FIRST)  # the archive has a piplite of its own
    while wanted:
        name = wanted.pop()
        if name in entries and name not in found:
            found.add(name)
            wanted += entries[name]["depends"]
    files = {
        folder / entries.pop(name)["file_name"] for name in found if not _compile(entries[name])
    }
    first.write(folder / first.NAME, sorted(one for one in files if "piplite" not in one.name))
    for file in files:
        file.unlink()


def _compile(entry: dict[str, Any]) -> bool:
    return "wasm32" in str(entry["file_name"])


def _entry(file: Path) -> tuple[str, dict[str, Any]]:
    """Return a wheel's name and what Pyodide's list says of it."""
    with ZipFile(file) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        head = message_from_bytes(archive.read(metadata))
    modules = {
        name.split("/")[0].split(".")[0]
        for name in names
        if name.endswith((".py", ".so")) and not re.match(r"[^/]*\.(dist-info|data)/", name)
    }
    canonical = re.sub(r"[-_.]+", "-", head["Name"]).lower()
    return canonical, {
        "name": head["Name"],
        "version": head["Version"],
        "file_name": file.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(modules),
        "depends": sorted({re.sub(r"[-_.]+", "-", one.name).lower() for one in needs_of(file)}),
        "unvendored_tests": False,
    }
