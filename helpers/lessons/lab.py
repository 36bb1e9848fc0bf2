"""Open the course in JupyterLab: `python3 course.py lab` runs this in the environment.

The learner works on copies of the notebooks, in a folder that no update of the course touches.
"""

import argparse
import hashlib
import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from helpers.environment.home import home as learners_home

ROOT = Path(__file__).resolve().parents[2]
FIRST = "00_start_here.ipynb"
CUSTOM = Path(__file__).with_name("custom")  # JupyterLab's custom.css
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
    """Bring the learner's copies up to date and become JupyterLab; return an exit code if not."""
    options = parse_arguments()
    problem = "" if options.port is None else port_problem(options.port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    home = learners_home(os.environ, ROOT).resolve()
    try:
        rename_copies(home / "notebooks")
        copies = copy_notebooks(ROOT / "notebooks", home / "notebooks")
        sign(copies)
        write_whole(
            home / ".jupyter" / "labconfig" / "default_setting_overrides.json",
            json.dumps(LAB_SETTINGS, indent=2).encode(),
        )
    except OSError as error:
        print(
            f"Your copies of the notebooks can't be written to {home} ({error.strerror}): name "
            "another folder in COURSE_HOME, then run the same command again.",
            file=sys.stderr,
        )
        return 1
    os.environ.update(jupyter_environment(home, os.environ))
    place = "is at the address below" if options.no_browser else "opens in your browser"
    print(f"JupyterLab {place}. Press Ctrl-C twice, here, to stop it.", flush=True)
    sys.argv = ["jupyter-lab", *jupyter_arguments(home, options)]
    from jupyterlab.labapp import main as jupyterlab  # slow to import, so only now

    return int(jupyterlab() or 0)


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 course.py lab", description="Open the notebooks in JupyterLab."
    )
    parser.add_argument("--port", type=int, help="the port to listen on (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="only tell the address")
    return parser.parse_args()


def port_problem(port: int) -> str:
    """Return why nothing can listen on a port and what to do, or nothing if it's free."""
    advice = "choose another, or leave --port out to get a free one."
    if not 0 <= port <= 65535:
        return f"{port} is not a port (they go from 0 to 65535): {advice}"
    with socket.socket() as probe:
        if os.name == "posix":  # there it allows a port that was in use a moment ago, no more
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return f"Port {port} can't be used ({error.strerror}): {advice}"
    return ""


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


def jupyter_arguments(home: Path, options: argparse.Namespace) -> list[str]:
    """Return the command line for JupyterLab: on loopback only, with its token on."""
    arguments = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={home}",
        f"--LabApp.default_url=/lab/tree/notebooks/{FIRST}",
        # No news and no look for updates: nothing leaves this machine.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        # Cells and outputs are encrypted on their way to the kernel, and its warning that they
        # are not doesn't alarm anyone.
        "--KernelManager.transport_encryption=auto",
        "--ServerApp.log_level=ERROR",  # the address is told all the same
        "--LabApp.log_level=ERROR",
        # Pictures for the dark, in JupyterLab's dark theme.
        "--LabApp.custom_css=True",
        f"--ServerApp.static_custom_path={CUSTOM}",
    ]
    if options.port is not None:
        arguments += [f"--ServerApp.port={options.port}", "--ServerApp.port_retries=0"]
    if options.no_browser:
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # it refuses root otherwise, and a container has no other
    return arguments


if __name__ == "__main__":
    sys.exit(main())
