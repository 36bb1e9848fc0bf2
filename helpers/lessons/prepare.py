"""Bring a learner's folder up to date, and start nothing: `python3 course.py prepare`.

The learner works on copies of the notebooks, in a folder that no update of the course touches.
`lab` does the same before it opens JupyterLab. A hub does it before a user's server starts:
`python3 course.py prepare jupyterhub-singleuser` becomes that server.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers.environment.home import home as learners_home
from helpers.lessons.teaching import RunSheet, UnknownPath, run_sheet
from helpers.lessons.teaching.notebook import write_path

ROOT = Path(__file__).resolve().parents[2]
FIRST = "00_start_here.ipynb"
# Notebooks that have another name since an earlier edition of the course.
RENAMED = {
    "09_thinking_and_structured_output": "10_thinking_and_structured_output",
    "10_sdk_and_openai": "11_sdk_and_openai",
    "11_web_ui": "12_web_ui",
    "12_submit_your_build": "13_submit_your_build",
}
# Notebooks that are several now.
DIVIDED = {"08_production_ui": ("08_what_a_ui_shows", "09_what_a_ui_tells")}

# Where JupyterLab's own defaults don't suit the course. What its user has set goes before these.
LAB_SETTINGS = {
    # Nobody is asked about news on the first start, and no network is touched for them.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
    # Live views come back when a saved notebook is opened again.
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
}


def main() -> int:
    """Prepare the learner's folder; return an exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 course.py prepare",
        description="Make your copies of the notebooks, and start nothing.",
    )
    parser.add_argument("--path", help="add the notebook of a class's path, such as 75")
    parser.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        help="what to become then, with these settings: jupyterhub-singleuser",
    )
    options = parser.parse_args()
    home = learners_home(os.environ, ROOT).resolve()
    try:
        count = prepare(home, run_sheet(options.path) if options.path else None)
    except UnknownPath as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain(home, error), file=sys.stderr)
        return 1
    print(f"{home} is ready: {count} notebooks were written.", flush=True)
    return become(options.command, home) if options.command else 0


def become(command: list[str], home: Path) -> int:
    """Run a command in the learner's folder, in place of this process where that can be."""
    os.environ.update(jupyter_environment(home, os.environ))
    os.chdir(home)
    try:
        if os.name == "posix":
            os.execvp(command[0], command)
        return subprocess.call(command)
    except OSError as error:
        print(f"{command[0]} can't be started: {error.strerror}.", file=sys.stderr)
        return 1


def prepare(home: Path, sheet: RunSheet | None = None) -> int:
    """Make the learner's copies, signatures and settings; return how many copies were written.

    Args:
        home: the learner's folder.
        sheet: a path whose notebook is wanted, too.

    Raises:
        OSError: the folder can't be written to.
    """
    rename_copies(home / "notebooks")
    copies = copy_notebooks(ROOT / "notebooks", home / "notebooks")
    if sheet is not None:
        with tempfile.TemporaryDirectory() as folder:
            write_path(sheet, Path(folder))
            copies += copy_notebooks(Path(folder), home / "notebooks")
    sign(copies)
    write_whole(
        home / ".jupyter" / "labconfig" / "default_setting_overrides.json",
        json.dumps(LAB_SETTINGS, indent=2).encode(),
    )
    first = f"{sheet.file}.ipynb" if sheet else FIRST
    write_whole(
        home / ".jupyter" / "jupyter_server_config.json",
        json.dumps(server_settings(home, first), indent=2).encode(),
    )
    return len(copies)


def server_settings(home: Path, first: str) -> dict[str, dict[str, Any]]:
    """Return how Jupyter's server shows the learner's folder.

    Args:
        home: the learner's folder.
        first: the notebook that opens.
    """
    return {
        "ServerApp": {
            "root_dir": str(home),
            "default_url": f"/lab/tree/notebooks/{first}",
        },
        "LabApp": {
            "default_url": f"/lab/tree/notebooks/{first}",
            # No news and no look for updates: nothing leaves this machine.
            "news_url": None,
            "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        },
        # Cells and outputs are encrypted on their way to the kernel, and its warning that they
        # are not doesn't alarm anyone.
        "KernelManager": {"transport_encryption": "auto"},
    }


def explain(home: Path, error: OSError) -> str:
    """Return what to do about a folder that can't be written to."""
    return (
        f"Your copies of the notebooks can't be written to {home} ({error.strerror}): name "
        "another folder in COURSE_HOME, then run the same command again."
    )


def rename_copies(target: Path) -> None:
    """Give the learner's copies of an earlier edition the names that the notebooks have now.

    No file is ever replaced. A copy that the learner has not changed goes where the course has
    no place for it any more; one that they have changed stays.

    Args:
        target: the folder of the learner's copies.
    """
    record = target.parent / ".editions.json"
    editions = read_editions(record)
    before = dict(editions)
    # The numbers moved up, so the last comes first.
    for copy in sorted(target.glob("*.ipynb"), reverse=True):
        old, beside, rest = copy.stem.partition(" (new edition")
        unchanged = editions.get(copy.name) == digest(copy.read_bytes())
        if old in RENAMED:
            new = copy.with_name(RENAMED[old] + beside + rest + copy.suffix)
            if not new.exists():
                os.replace(copy, new)
                if copy.name in editions:
                    editions[new.name] = editions.pop(copy.name)
            elif unchanged:
                copy.unlink()
        elif old in DIVIDED and unchanged:
            copy.unlink()
        elif old in DIVIDED and copy.name in editions:
            names = " and ".join(f"{name}.ipynb" for name in DIVIDED[old])
            print(f"{copy.name} is now {names} in the course: yours stays, beside the two.")
            del editions[copy.name]
    if editions != before:
        write_whole(record, json.dumps(editions, indent=2).encode())


def is_unchanged(copy: Path) -> bool:
    """Say whether a copy is still as the course made it."""
    editions = read_editions(copy.parent.parent / ".editions.json")
    return editions.get(copy.name) == digest(copy.read_bytes())


def copy_notebooks(source: Path, target: Path) -> list[Path]:
    """Give the learner the newest notebooks and touch nothing that they have changed.

    The hash of what was copied is kept. A copy that still has it is refreshed; beside one that
    the learner has changed, a new edition is laid under a name of its own, once. A copy that
    they have deleted is made again.

    Args:
        source: the folder of the course's notebooks.
        target: the folder of the learner's; made if it isn't there.

    Returns:
        The files that were written.
    """
    record = target.parent / ".editions.json"
    editions = read_editions(record)
    written = []
    for original in sorted(source.glob("*.ipynb")):
        content = original.read_bytes()
        edition = digest(content)
        names = [original.name, f"{original.stem} (new edition).ipynb"]
        names += [f"{original.stem} (new edition {number}).ipynb" for number in range(2, 100)]
        if (target / original.name).exists() and edition in map(editions.get, names):
            continue  # they have this edition already, whatever they have made of it
        for name in names:
            found = digest((target / name).read_bytes()) if (target / name).exists() else None
            if found in (None, edition, editions.get(name)):
                break
        if found != edition:
            write_whole(target / name, content)
            written.append(target / name)
        if name != original.name:
            print(f"{original.name} is new in the course: yours stays, it is now {name!r}.")
        editions[name] = edition
    write_whole(record, json.dumps(editions, indent=2).encode())
    return written


def read_editions(record: Path) -> dict[str, str]:
    """Return the hash of what was last written under each name; nothing if that is lost."""
    try:
        editions = json.loads(record.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return editions if isinstance(editions, dict) else {}


def digest(content: bytes) -> str:
    """Return the name that a content goes by."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def sign(notebooks: list[Path]) -> None:
    """Tell Jupyter that these are the course's own, or it would hide their stored pictures."""
    if not notebooks:
        return
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    try:
        for notebook in notebooks:
            notary.sign(nbformat.read(notebook, as_version=4))
    finally:
        notary.store.close()


def jupyter_environment(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that JupyterLab and its kernels need on top of their own."""
    config = [str(home / ".jupyter"), *filter(None, [environ.get("JUPYTER_CONFIG_PATH")])]
    return {
        "COURSE_HOME": str(home),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(config),
        # The tabs that were open, of the course's alone.
        "JUPYTERLAB_WORKSPACES_DIR": environ.get("JUPYTERLAB_WORKSPACES_DIR")
        or str(home / ".jupyter" / "workspaces"),
    }


if __name__ == "__main__":
    sys.exit(main())
