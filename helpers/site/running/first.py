"""All that the first cell needs, as one file: the browser asks once, and unpacks it itself."""

import gzip
import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

__all__ = ["NAME", "add", "write"]

NAME = "first.tar.gz"
PACKAGES = "lib/python3.14/site-packages"
# Of no use without the wheel itself, without a terminal, beside JupyterLab's own files, or for
# languages that no cell is in.
LANGUAGES = "__init__|_mapping|css|_css_builtins|data|html|javascript|python|shell|special"
LEFT_OUT = re.compile(
    r"[^/]*\.data/|[^/]*\.dist-info/RECORD|.*/tests/|.*/$|anywidget/labextension/"
    rf"|prompt_toolkit|pygments/lexers/(?!({LANGUAGES})\.py)"
)
# The kernel imports its own installer, which brings 1.5 s of other packages. Here nothing is
# installed: all that the course has is in the site.
INSTALLER = {
    "piplite/__init__.py": b'"""Nothing is installed in the course\'s tab."""\n',
    "piplite/piplite.py": b"_PIPLITE_DISABLE_PYPI = True\n_PIPLITE_URLS = []\n",
    "piplite/cli.py": b'''"""%pip says that nothing can be installed."""


async def get_transformed_code(arguments):
    """Return what a line with %pip becomes."""
    return "print('Nothing can be installed here: the course has all that it needs.')"
''',
}
# The kernel switches jedi on, which is not here. The names of what is there are completed all the
# same, by IPython itself.
SETTINGS = b'c.InteractiveShellApp.exec_lines = ["get_ipython().Completer.use_jedi = False"]\n'


def write(target: Path, wheels: Iterable[Path]) -> None:
    """Write the file.

    Args:
        target: its name.
        wheels: what is in it.
    """
    files = {f"{PACKAGES}/{name}": data for name, data in INSTALLER.items()}
    files["etc/ipython/ipython_config.py"] = SETTINGS
    for wheel in wheels:
        files |= {f"{PACKAGES}/{name}": data for name, data in _files(wheel)}
    _save(target, io.BytesIO(), files)


def add(target: Path, files: Mapping[str, bytes]) -> None:
    """Add files to it.

    Args:
        target: its name.
        files: by name, from the root of the tab's file system.
    """
    _save(target, io.BytesIO(gzip.decompress(target.read_bytes())), files)


def _save(target: Path, packed: io.BytesIO, files: Mapping[str, bytes]) -> None:
    """Write the file with what is in it already and some more."""
    mode: Literal["a", "w"] = "a" if packed.getbuffer().nbytes else "w"
    with tarfile.open(fileobj=packed, mode=mode, format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    target.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))


def _files(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        for name in names:
            if not LEFT_OUT.match(name):
                yield name, archive.read(name)
    # Without the wheel's list of files, this says which modules it brings.
    info = next(name.split("/")[0] for name in names if name.endswith(".dist-info/METADATA"))
    modules = {name.split("/")[0].split(".")[0] for name in names if name.endswith(".py")}
    yield f"{info}/top_level.txt", "\n".join(sorted(modules)).encode()
