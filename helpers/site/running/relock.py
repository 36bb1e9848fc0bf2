"""Makes the list of what the running edition fetches anew: python -P -m helpers.site.running.relock

The versions are those of requirements.lock. What that has not, such as httpx2's transport for
browsers, is taken as new as PyPI has it.
"""

import base64
import hashlib
import re
import subprocess
import tempfile
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement

from helpers.environment.lock import LEARNER, ROOT, applies, read_pins
from helpers.site.running.builder import environment
from helpers.site.running.fetching import LINUX, WASM, npm_file, pip_download
from helpers.site.running.lock import Lock, Wheel, write

__all__ = ["main", "needs_of"]

PYODIDE, PYTHON = "314.0.6", "3.14.2"  # the kernel of jupyterlite-pyodide-kernel wants this one
FACTS = {
    "os_name": "posix",
    "sys_platform": "emscripten",
    "platform_machine": "wasm32",
    "platform_system": "Emscripten",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_version": "",
    "implementation_name": "cpython",
    "implementation_version": PYTHON,
    "python_version": "3.14",
    "python_full_version": PYTHON,
}
# What the notebooks import, and what the kernel is made of.
ROOTS = """
anthropic openai httpx pydantic docstring-parser mistune wcwidth tzdata fastapi flask websockets
opentelemetry-sdk h11 pyte mcp starlette uvicorn pyyaml
anywidget ipywidgets ipython comm pygments packaging
"""
# PyPI has no file of these for Pyodide, or they are useless without sockets and processes.
LEFT_OUT = {
    *("cffi", "cryptography", "httptools", "nh3", "psutil", "rpds-py", "uvloop"),
    *("colorama", "jupyterlab-widgets", "pexpect", "ptyprocess", "pywin32", "truststore"),
    *("watchfiles", "widgetsnbextension", "jsonschema", "pyjwt"),
    "jedi",  # a seventh of the first visit; IPython completes names without it
}
# Their compiled part is for speed alone; PyPI has no file without it.
WITHOUT_COMPILED = {"pyyaml", "markupsafe"}


def main() -> None:
    """Resolve and write the list."""
    pins = {
        pin.name: pin.version
        for pin in read_pins(LEARNER.text())
        if applies(pin.marker, {name: FACTS[name] for name in FACTS})
    }
    wheels: dict[str, Wheel] = {}
    open_names = [(name, frozenset[str]()) for name in ROOTS.split()]
    seen = set()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        while open_names:
            name, extras = one = open_names.pop()
            if one in seen or name in LEFT_OUT:
                continue
            seen.add(one)
            file = _download(name, pins.get(name), folder)
            wheels[name] = _wheel(file, compiled=name in WITHOUT_COMPILED)
            for needed in needs_of(file, extras):
                open_names.append((_canonical(needed.name), frozenset(needed.extras)))
        core = npm_file(f"pyodide@{PYODIDE}", folder, environment(ROOT / ".site" / "venv"))
        digest = base64.b64encode(hashlib.sha512(core.read_bytes()).digest()).decode()
    write(Lock(PYTHON, PYODIDE, f"sha512-{digest}", tuple(wheels[name] for name in sorted(wheels))))


def needs_of(file: Path, extras: frozenset[str] = frozenset()) -> list[Requirement]:
    """Return what a wheel needs on Pyodide."""
    with ZipFile(file) as archive:
        name = next(one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        lines = message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []
    return [
        one
        for one in map(Requirement, lines)
        if one.marker is None
        or any(one.marker.evaluate({**FACTS, "extra": extra}) for extra in (extras or {""}))
    ]


def _download(name: str, version: str | None, folder: Path) -> Path:
    known = {_canonical(path.name.split("-")[0]): path for path in folder.glob("*.whl")}
    if name in known:
        return known[name]
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{name}=={version}\n" if version else f"{name}\n", encoding="utf-8")
    kind = LINUX if name in WITHOUT_COMPILED else WASM
    subprocess.run(pip_download(wanted, folder, kind, hashes=False), check=True)
    found = {_canonical(path.name.split("-")[0]): path for path in folder.glob("*.whl")}
    return found[name]


def _wheel(file: Path, compiled: bool) -> Wheel:
    name, version = file.name.split("-")[:2]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Wheel(_canonical(name), version, file.name, digest, compiled)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
