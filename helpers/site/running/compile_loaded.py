"""Compile what a kernel imports until the first cell has run. This file runs in Pyodide."""

import sys
import tarfile
from importlib import import_module, invalidate_caches
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from io import BytesIO
from marshal import dumps
from zipfile import ZipFile

UNCHECKED = (1).to_bytes(4, "little")  # it goes by the source's hash, which nobody looks at again
STDLIB = "/lib/python314.zip"


def compile_loaded(first: str, target: str) -> None:
    """Write the bytecode of all that is loaded, as a tar file.

    Args:
        first: all that the first cell needs, as a tar file.
        target: the file that is written; each name in it is where Python looks for it.
    """
    with tarfile.open(first) as archive:
        archive.extractall("/", filter="data")
    invalidate_caches()
    import_module("pyodide_kernel")
    import_module("helpers.course")
    files = {getattr(module, "__file__", None) or "" for module in sys.modules.values()}
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive, ZipFile(STDLIB) as zip:
        for file in sorted(one for one in files if one.endswith(".py")):
            if file.startswith(f"{STDLIB}/"):
                source, name = zip.read(file.removeprefix(f"{STDLIB}/")), f"{file}c"
            else:
                with open(file, "rb") as opened:
                    source, name = opened.read(), cache_from_source(file)
            code = compile(source, file, "exec", dont_inherit=True)
            data = MAGIC_NUMBER + UNCHECKED + source_hash(source) + dumps(code)
            entry = tarfile.TarInfo(name.lstrip("/"))
            entry.size = len(data)
            archive.addfile(entry, BytesIO(data))
