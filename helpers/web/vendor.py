"""Put React beside the pages as one module: `python -m helpers.web.vendor`.

React comes as CommonJS, which browsers don't load, and usually a bundler is what makes it
loadable. Four files need none: each becomes a function in one ES module, as it is, and a
`require` of three lines joins them. Their licence stands at the head.

The packages come from the npm registry through npm itself, and each must have the hash that
stands here. The result has one too, which a test holds it to.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

__all__ = ["FILE", "SHA256", "VERSION"]

FILE = Path(__file__).parent / "pages" / "react.vendored.js"
SHA256 = "a6fba6a3e3f8cd548796b022d4d1dcf8a97f9108cbe68e53c67175595291389b"

VERSION = "19.3.1"
PACKAGES = {
    f"react@{VERSION}": (
        "QNhWdt7nrgVWWQG58QuGsAR3jv3Hbe4mb4vz7w2csnHavciZJgda1CPNaldF6eVxv90ud3jUXpKlHL69gO38yw=="
    ),
    f"react-dom@{VERSION}": (
        "Y0bARz53lhEC1NMCASs0/j+faB/zqt3R8hpvg1e8+61ZVJ4UL0UdC4cBbXfZMcIuhrfgeILTLe+ZeBCavQPtKQ=="
    ),
    "scheduler@0.28.0": (
        "juorfCmIkIw8tT+p5BXSm6PJjQF/ycEYmKyzURCIt/RaZIhL+PulbQ9Yu2z1HdOJDdqDTlxA1+xKBmHXJsczAw=="
    ),
}
# What is required by which name, and the file that it is; in the order in which they run.
MODULES = {
    "react": ("react", "cjs/react.production.js"),
    "scheduler": ("scheduler", "cjs/scheduler.production.js"),
    "react-dom": ("react-dom", "cjs/react-dom.production.js"),
    "react-dom/client": ("react-dom", "cjs/react-dom-client.production.js"),
}
EXPORTED = ("createElement", "memo", "useCallback", "useEffect", "useReducer", "useRef", "useState")

TEMPLATE = """\
/*
React {version}, react-dom {version} and scheduler, from the npm registry, unchanged but for being
joined to one module by `python -m helpers.web.vendor`.

{licence}*/

const modules = {{}};
const require = (name) => modules[name];
const add = (name, run) => run((modules[name] = {{}}));

{parts}
export const {{ {exported} }} = modules["react"];
export const {{ createRoot }} = modules["react-dom/client"];
"""
PART = """\
add("{name}", (exports) => {{
{source}
}});
"""


def main() -> int:
    """Fetch the packages and write the module; return an exit code."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            archives = {wanted.split("@")[0]: fetch(wanted, Path(folder)) for wanted in PACKAGES}
        except (OSError, ValueError, subprocess.CalledProcessError) as problem:
            sys.stderr.write(f"React can't be fetched: {problem}\n")
            return 1
        text = join(archives)
    FILE.write_text(text, "utf-8", newline="\n")
    digest = hashlib.sha256(text.encode()).hexdigest()
    sys.stdout.write(f"{FILE.name}: {len(text):,} characters, SHA-256 {digest}\n")
    if digest != SHA256:
        sys.stderr.write("That is not the hash in vendor.py: put it there if you meant to.\n")
    return 0


def fetch(wanted: str, folder: Path) -> Path:
    """Return the archive of a package, as npm's registry has it.

    Raises:
        ValueError: it isn't what it was when the course took it in.
    """
    told = subprocess.run(
        ["npm", "pack", wanted, "--json", "--silent"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    archive = folder / str(json.loads(told.stdout)[0]["filename"])
    digest = hashlib.sha512(archive.read_bytes()).digest()
    if base64.b64encode(digest).decode() != PACKAGES[wanted]:
        raise ValueError(f"{wanted} has another hash than the one that the course knows.")
    return archive


def join(archives: dict[str, Path]) -> str:
    """Return one ES module that holds the files, each as it is."""
    parts = []
    for name, (package, path) in MODULES.items():
        source = inside(archives[package], path).rstrip("\n")
        parts.append(PART.format(name=name, source=source))
    return TEMPLATE.format(
        version=VERSION,
        licence=inside(archives["react"], "LICENSE"),
        parts="\n".join(parts),
        exported=", ".join(EXPORTED),
    )


def inside(archive: Path, path: str) -> str:
    """Return a file of a package as text."""
    with tarfile.open(archive) as packed:
        file = packed.extractfile(f"package/{path}")
        if file is None:
            raise ValueError(f"{archive.name} has no {path}.")
        return file.read().decode()


if __name__ == "__main__":
    sys.exit(main())
