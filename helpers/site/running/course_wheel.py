"""The course itself as a wheel: every file of helpers/ that a browser has a use for.

Which cell stands in which section is a file there, in the place of all notebooks. Of a wrong answer
its head is there, which says what the mistake is.
"""

import json
from itertools import takewhile
from pathlib import Path

from helpers.environment.lock import ROOT
from helpers.lessons.teaching import places
from helpers.site.own_files import own_files
from helpers.site.running.archives import pack

__all__ = ["NAME", "write"]

NAME = "streaming-agents-by-hand"
VERSION = "0.1.0"
# What `from helpers import course` and most cells import. Other packages are fetched when a
# notebook asks for them: helpers/browser/packages.py says which.
NEEDS = (
    *("httpx", "pyyaml", "pydantic", "docstring-parser", "mistune", "wcwidth", "tzdata"),
    *("anywidget", "ipywidgets"),
)
LEFT_OUT = "site"  # a room without a use there
METADATA = """Metadata-Version: 2.1
Name: {name}
Version: {version}
"""
WHEEL = b"Wheel-Version: 1.0\nGenerator: course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write(folder: Path) -> Path:
    """Write the wheel in a folder; return its file."""
    files = {}
    for path in own_files(ROOT / "helpers"):
        parts = path.relative_to(ROOT).parts
        if LEFT_OUT not in parts:
            data = path.read_bytes()
            if "answers" in parts:
                head = list(takewhile(_is_comment, data.splitlines(keepends=True)))
                data = b"".join(head)
            if data or "answers" not in parts:
                files["/".join(parts)] = data
    found = json.dumps(places.to_json(places.sections()), separators=(",", ":"))
    files[places.FILE.relative_to(ROOT).as_posix()] = found.encode()
    info = f"{NAME.replace('-', '_')}-{VERSION}.dist-info"
    metadata = METADATA.format(name=NAME, version=VERSION)
    needs = "".join(f"Requires-Dist: {name}\n" for name in NEEDS)
    files[f"{info}/METADATA"] = (metadata + needs).encode()
    files[f"{info}/WHEEL"] = WHEEL
    target = folder / f"{NAME.replace('-', '_')}-{VERSION}-py3-none-any.whl"
    pack(target, info, files)
    return target


def _is_comment(line: bytes) -> bool:
    return line.startswith(b"#")
