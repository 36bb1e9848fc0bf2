"""Open the course in JupyterLab: `python3 course.py lab` runs this in the environment."""

import argparse
import os
import socket
import sys
import webbrowser
from pathlib import Path

import httpx

from helpers.environment.home import home as learners_home
from helpers.lessons.learner.work import NotWork, take
from helpers.lessons.prepare import (
    FIRST,
    explain,
    is_unchanged,
    jupyter_environment,
    prepare,
    server_settings,
)
from helpers.lessons.teaching import UnknownPath, run_sheet

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Bring the learner's copies up to date and become JupyterLab; return an exit code if not."""
    options = parse_arguments()
    home = learners_home(os.environ, ROOT).resolve()
    try:
        sheet = run_sheet(options.path) if options.path else None
        prepare(home, sheet)
        if options.work:  # now: what comes from elsewhere is not signed
            print(*take(options.work, home, is_unchanged), sep="\n")
    except (UnknownPath, NotWork) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain(home, error), file=sys.stderr)
        return 1
    first = f"{sheet.file}.ipynb" if sheet else FIRST
    if address := running(home):
        show(address, first, browser=not options.no_browser)
        return 0
    problem = "" if options.port is None else port_problem(options.port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    os.environ.update(jupyter_environment(home, os.environ))
    place = "is at the address below" if options.no_browser else "opens in your browser"
    print(f"JupyterLab {place}. Press Ctrl-C twice, here, to stop it.", flush=True)
    sys.argv = ["jupyter-lab", *jupyter_arguments(home, first, options)]
    from jupyterlab.labapp import main as jupyterlab  # slow to import, so only now

    return int(jupyterlab() or 0)


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 course.py lab", description="Open the notebooks in JupyterLab."
    )
    parser.add_argument("--path", help="open a class's path in one notebook, such as 75")
    parser.add_argument("--port", type=int, help="the port to listen on (default: a free one)")
    parser.add_argument(
        "--from", dest="work", type=Path, metavar="FILE",
        help="go on with your work from a browser: the work.zip of course.download()",
    )  # fmt: skip
    parser.add_argument("--no-browser", action="store_true", help="only tell the address")
    return parser.parse_args()


def running(home: Path) -> tuple[str, str] | None:
    """Return the address and the token of a JupyterLab that has this folder open already.

    Two on one folder would overwrite each other's notebooks. Jupyter notes each server that runs;
    one that has died may still be noted, so it is asked.
    """
    from jupyter_server.serverapp import list_running_servers  # slow to import, so only now

    for server in list_running_servers():
        if Path(server["root_dir"]).resolve() != home:
            continue
        headers = {"authorization": f"token {server['token']}"}
        try:
            with httpx.Client(trust_env=False, verify=False, timeout=5) as http:
                answer = http.get(f"{server['url']}api/status", headers=headers)
        except (httpx.HTTPError, OSError):
            continue
        if answer.status_code == 200:
            return str(server["url"]), str(server["token"])
    return None


def show(address: tuple[str, str], first: str, *, browser: bool) -> None:
    """Open a notebook in a JupyterLab that runs already, and tell its address."""
    url, token = address
    link = f"{url}lab/tree/notebooks/{first}?token={token}"
    print(
        f"JupyterLab is open already, with this folder: it goes on there.\n    {link}", flush=True
    )
    if browser:
        webbrowser.open(link)


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


def jupyter_arguments(home: Path, first: str, options: argparse.Namespace) -> list[str]:
    """Return the command line for JupyterLab: on loopback only, with its token on."""
    settings = {
        f"{part}.{name}": value[0] if isinstance(value, list) else value
        for part, values in server_settings(home, first).items()
        for name, value in values.items()
    }
    arguments = [
        "--ServerApp.ip=127.0.0.1",
        *(f"--{name}={value}" for name, value in settings.items()),
        "--ServerApp.log_level=ERROR",  # the address is told all the same
        "--LabApp.log_level=ERROR",
    ]
    if options.port is not None:
        arguments += [f"--ServerApp.port={options.port}", "--ServerApp.port_retries=0"]
    if options.no_browser:
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # it refuses root otherwise, and a container has no other
    return arguments


if __name__ == "__main__":
    code = main()
    # JupyterLab has tidied up. A request that it left under way, such as a kernel's start, keeps a
    # thread that never ends, and Python would wait for it: the terminal would never come back.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
