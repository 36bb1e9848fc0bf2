"""Wheels whose bytes depend on their content alone: no times, no order of a file system."""

import base64
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["OLDEST", "pack", "without_compiled"]

OLDEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file knows
COMPILED = (".so", ".c", ".pyx", ".pxd", ".h")


def pack(target: Path, info: str, files: Mapping[str, bytes]) -> None:
    """Write a wheel.

    Args:
        target: the file.
        info: the name of its metadata's folder.
        files: by name; the list of files is added.
    """
    rows = [(name, f"sha256={_digest(data)}", len(data)) for name, data in sorted(files.items())]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*rows, (f"{info}/RECORD", "", "")])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in [*sorted(files.items()), (f"{info}/RECORD", text.getvalue().encode())]:
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, data)


def without_compiled(wheel: Path, folder: Path) -> Path:
    """Write a wheel's Python alone, for any platform; return the new file."""
    name, version = wheel.name.split("-")[:2]
    files = {}
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.namelist():
            if entry.endswith((*COMPILED, "/RECORD", "/")) or "/_yaml" in entry:
                continue
            data = archive.read(entry)
            if entry.endswith(".dist-info/WHEEL"):
                data = re.sub(rb"Tag: .*\r?\n?", b"", data).rstrip() + b"\nTag: py3-none-any\n"
                data = data.replace(b"Root-Is-Purelib: false", b"Root-Is-Purelib: true")
                info = entry.removesuffix("/WHEEL")
            files[entry] = data
    target = folder / f"{name}-{version}-py3-none-any.whl"
    pack(target, info, files)
    return target


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
