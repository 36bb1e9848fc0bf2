"""The environment of JupyterLite's tools, and their run."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from helpers.environment.installer import Installer
from helpers.environment.lock import SITE, marker_facts, pins_for
from helpers.environment.problem import Problem
from helpers.environment.progress import say
from helpers.environment.turns import LOCK_NAME, turn
from helpers.environment.venv import python_in, write_whole

__all__ = ["build", "environment", "kernel_wheels"]

KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
# For ipywidgets of years ago.
NOT_OURS = "widgetsnbextension-3"
# What the tools write times from; none of it stays on a page.
EPOCH = "1764547200"


def environment(home: Path) -> Path:
    """Return an environment with the tools; make it, if it isn't there in today's edition.

    Args:
        home: its folder.

    Raises:
        Problem: it can't be made, and what to do.
    """
    stamp = home / SITE.stamp
    made_from = f"{SITE.digest()}\n{sys.version}"
    with turn(home, lambda: say("Another command makes the site's environment: waiting for it.")):
        if not stamp.exists() or stamp.read_text("utf-8") != made_from:
            started, pins = time.monotonic(), pins_for(SITE, marker_facts())
            for path in home.iterdir():
                if path.name != LOCK_NAME:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            installer = Installer(home, python_in(home), started, None)
            say(f"Installing {len(pins)} packages that build the site. This happens once.")
            installer.make()
            installer.install(SITE)
            write_whole(stamp, made_from.encode())
    return home


def kernel_wheels(home: Path) -> list[Path]:
    """Return the wheels that the kernel brings."""
    return sorted(
        file for file in (home / KERNEL).glob("*.whl") if not file.name.startswith(NOT_OURS)
    )


def build(home: Path, folder: Path, log: Path) -> None:
    """Run the tools in a folder with their settings.

    Args:
        home: of their environment.
        folder: what they read; jupyter_lite_config.json there says where they write.
        log: takes what they say.

    Raises:
        Problem: they fail.
    """
    own = {"SOURCE_DATE_EPOCH": EPOCH, "PYTHONUTF8": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    own |= {"JUPYTER_NO_CONFIG": "1", "PYTHONPATH": ""}
    with log.open("wb") as words:
        done = subprocess.run(
            [str(python_in(home)), "-m", "jupyterlite_core", "build"],
            cwd=folder,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        last = (log.read_text("utf-8", "replace").strip().splitlines() or ["nothing"])[-1]
        raise Problem(f"JupyterLite could not be built; it said: {last} (The whole is in {log}.)")
