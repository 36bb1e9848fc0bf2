"""The command `python3 course.py site`: builds the site, and serves it if asked to."""

import argparse
import sys
import time
from contextlib import suppress
from pathlib import Path

from helpers.environment.problem import Problem, explain_file_error
from helpers.environment.progress import say
from helpers.site import reading, running
from helpers.site.serving import HEADERS, make_server

DEFAULT_PORT = 8780
RUN = "run"  # the folder of the running edition in the site
SIGN = "jupyter-lite.json"  # a file in it, by which a site is known


def main() -> int:
    """Build and serve; return the exit code."""
    options = parse_arguments()
    try:
        if not options.no_build:
            build(options.folder, options.address)
        if options.serve:
            serve(options.folder, options.port)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain_file_error(error), file=sys.stderr)
        return 1
    return 0


def parse_arguments() -> argparse.Namespace:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 course.py site",
        description="Build the course as files for any web server.",
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("site"), help="where it goes (default: site)"
    )
    parser.add_argument(
        "--address", default="", metavar="URL",
        help="where it will be found: then links to it show a picture",
    )  # fmt: skip
    parser.add_argument("--serve", action="store_true", help="serve it on this machine")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=f"for --serve (default: {DEFAULT_PORT})"
    )
    parser.add_argument("--no-build", action="store_true", help="serve what is there already")
    return parser.parse_args()


def build(folder: Path, address: str = "") -> None:
    """Write the whole site.

    Args:
        folder: where it goes.
        address: where it will be found, if that is known.

    Raises:
        Problem: something of it can't be built, or the folder holds something else.
    """
    started = time.monotonic()
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    running.write(folder / RUN)
    reading.write(folder, RUN, address)
    write_headers(folder / "_headers")
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    seconds = time.monotonic() - started
    say(f"{folder} has the site: {len(files)} files, {size:.0f} MB, in {seconds:.0f} s.")


def write_headers(file: Path) -> None:
    """Write the headers that a host shall send, as Cloudflare and Netlify read them."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in HEADERS.items())]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def check_folder(folder: Path) -> None:
    """Look whether a folder can become the site: what is there must be a site, or nothing.

    Raises:
        Problem: it holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is a file: name a folder for the site.")
    if folder.exists() and any(folder.iterdir()) and not (folder / RUN / SIGN).exists():
        raise Problem(f"{folder} holds something else: name a new folder for the site.")


def serve(folder: Path, port: int) -> None:
    """Serve the site until it is stopped.

    Raises:
        Problem: there is no site, or the port can't be used.
    """
    if not (folder / RUN / "index.html").exists():
        raise Problem(f"There is no site in {folder}: build it first (without --no-build).")
    try:
        server = make_server(str(folder), port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", "") or "ports go from 0 to 65535"
        raise Problem(
            f"Port {port} can't be used ({reason}): choose another with --port; 0 takes a free one."
        ) from None
    say(f"http://127.0.0.1:{server.server_port}/ has the site. Press Ctrl-C to stop it.")
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
