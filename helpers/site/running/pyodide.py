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

from helpers.site.running import course_wheel
from helpers.site.running.archives import without_compiled
from helpers.site.running.fetching import core_file
from helpers.site.running.lock import Lock
from helpers.site.running.relock import needs_of

__all__ = ["FIRST", "write"]

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "package.json")
LIST = "pyodide-lock.json"
# Loaded with Pyodide itself, side by side, before the kernel starts.
FIRST = (
    *("ipykernel", "comm", "pyodide-kernel", "ipython", "widgetsnbextension", "ipywidgets"),
    *("anywidget", course_wheel.NAME),
)


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
    for entry in entries.values():  # what has no file for Pyodide is not asked for
        entry["depends"] = [name for name in entry["depends"] if name in entries]
    whole = json.loads((folder / LIST).read_text("utf-8"))
    text = json.dumps({**whole, "packages": entries}, separators=(",", ":"))
    (folder / LIST).write_text(text, encoding="utf-8")


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
