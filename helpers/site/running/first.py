"""All that the first cell needs, as one file: the browser asks once, and unpacks it itself."""

import gzip
import io
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZipFile

__all__ = ["NAME", "write"]

NAME = "first.tar.gz"
PACKAGES = "lib/python3.14/site-packages"
# Of no use without the wheel itself, or without a terminal.
LEFT_OUT = re.compile(r"[^/]*\.data/|[^/]*\.dist-info/RECORD|.*/tests/|.*/$")
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
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    target.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))


def _files(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with ZipFile(wheel) as archive:
        for name in archive.namelist():
            if not LEFT_OUT.match(name):
                yield name, archive.read(name)
