"""What the running edition is made of: Pyodide from npm and wheels from PyPI, with hashes."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["FILE", "Lock", "Wheel", "read", "write"]

FILE = Path(__file__).with_name("lock.json")


@dataclass(frozen=True)
class Wheel:
    """A file of PyPI.

    Attributes:
        file: its name.
        sha256: of its bytes.
        compiled: whether it is one for Linux, whose compiled part is left out: PyPI has none for
            Pyodide, and the package has the same in Python.
    """

    name: str
    version: str
    file: str
    sha256: str
    compiled: bool = False


@dataclass(frozen=True)
class Lock:
    """All that is fetched.

    Attributes:
        python: the Python that Pyodide is.
        pyodide: its version in npm.
        integrity: of npm's file, as npm writes it.
        wheels: by name.
    """

    python: str
    pyodide: str
    integrity: str
    wheels: tuple[Wheel, ...]


def read(file: Path = FILE) -> Lock:
    """Return the list."""
    data = json.loads(file.read_text("utf-8"))
    return Lock(**{**data, "wheels": tuple(Wheel(**one) for one in data["wheels"])})


def write(lock: Lock, file: Path = FILE) -> None:
    """Write the list, a line for each wheel's field."""
    file.write_text(json.dumps(asdict(lock), indent=1) + "\n", encoding="utf-8")
