"""The front door of the course.

    python3 course.py lab        open the notebooks in JupyterLab, in mock mode: no key, no network
                                 (--port N for a certain port, --no-browser to open none)
    python3 course.py test       run every test (what follows is handed to pytest)
    python3 course.py mock       serve the offline API alone (--port N for a certain port,
                                 --scenario FILE for answers of your own, --recording FILE)
    python3 course.py tap        record and check every stream between a client and an API
                                 (--upstream URL, --port N, --out FILE)
    python3 course.py agent      talk to the agent in the terminal, or ask it one thing: agent "..."
                                 (--help names its options)
    python3 course.py web        put the agent on a web page of this machine (--help, too)
    python3 course.py bench      measure beside a peer: bench NAME; without a name, lists them
    python3 course.py submit     make a submission from your build: one file, a recording, a
                                 measurement, a report (--help names its options)
    python3 course.py verify     run a submission again with fresh values, within limits, and say
                                 what holds: verify PATH (a folder of them gives a table)
    python3 course.py notebooks  run all notebooks again and store their true outputs
    python3 course.py lock       resolve the packages anew (needs uv; --upgrade for newer ones)

The first command makes an environment in .venv from requirements.lock. A Python that already has
every package of that list (conda, Binder, a class hub) is used as it is.
"""

# Only the standard library, and only syntax that Python 3.6 can read: an old Python has to get as
# far as the sentence below.
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This course needs Python 3.11 or newer, and this is Python {}.{}. Install a newer one "
        "(python.org has it), then name it: python3.12 course.py lab".format(*sys.version_info)
    )

import ast
import contextlib
import errno
import hashlib
import importlib.metadata
import importlib.util
import operator
import os
import platform
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
LOG = ROOT / ".venv-install.log"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "made-from.txt"  # written last: an environment without it is half-made

SPACE_NEEDED = 1e9  # bytes: what an environment takes, and its downloads on top
TERMINAL_PERIOD = 0.5  # seconds between two looks at the installer, on a terminal
PLAIN_PERIOD = 10  # seconds between two lines of progress where no line can be drawn over

DISK_FULL = "The disk is full: free about 1 GB, then run the same command again."

# What an installer's output says about its failure, the surest sign first.
CAUSES = (
    (r"No space left|Errno 28\b|os error 28\b|error 112\b|quota exceeded", DISK_FULL),
    (
        r"do not match the hashes|hash mismatch",
        "A download is not the file that the course was tested with, so it was thrown away. "
        "Run the same command again; if that stays so, something on your network changes files.",
    ),
    (
        r"UnknownIssuer|CERTIFICATE_VERIFY_FAILED",
        "The package index answered with a certificate that is not trusted here; many company "
        "networks put their own in front. Name its file in SSL_CERT_FILE (uv) or PIP_CERT (pip), "
        "then run the same command again.",
    ),
    (
        r"name resolution|getaddrinfo|nodename nor servname|dns error|failed to lookup"
        r"|Connect(ion)? ?(Error|Timeout|refused|reset|aborted|broken)|error sending request"
        r"|failed to fetch|timed out|unreachable|ProxyError",
        "The packages can't be downloaded: the package index can't be reached from here. "
        "Check the network (and the proxy, if you have one), then run the same command again.",
    ),
    (
        r"No matching distribution|no wheels with a matching|Failed to build|Failed building",
        f"A package has no ready-made file for Python {platform.python_version()} on this machine. "
        "Try another, from 3.11 to 3.14: python3.12 course.py lab",
    ),
)

# What each command runs in the environment.
PROGRAMS = {
    "lab": "helpers.lab",
    "test": "pytest",
    "mock": "helpers.mock",
    "tap": "helpers.mock.tap",
    "agent": "helpers.terminal",
    "web": "helpers.web",
    "submit": "helpers.build.commands submit",
    "verify": "helpers.build.commands verify",
    "notebooks": "helpers.lessons.refresh",
}

# These are told names of files, so they run where the person is. (-P keeps a `helpers` of theirs
# from taking our place.) All others run in the course's folder.
TAKES_FILES = ("mock", "tap", "agent", "submit", "verify")


class Problem(Exception):
    """What the person at the keyboard can mend; the message says what and how."""


class Pin(NamedTuple):
    """A line of the lock file: this version, wherever the marker applies."""

    name: str
    version: str
    marker: str


def main(arguments: list[str]) -> int:
    """Carry out a command; return the exit code."""
    command, rest = (arguments or ["--help"])[0], arguments[1:]
    try:
        if command in PROGRAMS:
            python = environment()
            if command not in TAKES_FILES:
                os.chdir(ROOT)
            return run(python, "-P", "-m", *PROGRAMS[command].split(), *rest)
        if command == "bench":
            return run(environment(), str(benchmark(rest)), *rest[1:])
        if command == "lock":
            return write_lock(rest)
        if command in ("--help", "-h", "help"):
            print(__doc__)
            return 0
        raise Problem(
            f"There is no command {command!r}: take {', '.join([*PROGRAMS, 'bench'])} or lock "
            "(python3 course.py --help says what they do)."
        )
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(meaning(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130


def benchmark(arguments: list[str]) -> Path:
    """Return the file of the benchmark that is named first."""
    files = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("*.py"))}
    name = (arguments or [""])[0]
    if name not in files:
        wrong = f"There is no benchmark {name!r}. " if name else ""
        raise Problem(f"{wrong}Name one: python3 course.py bench {' | '.join(files)}")
    return files[name]


def meaning(error: OSError) -> str:
    """Return what a failed file operation means for the person at the keyboard."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"There is no permission to write {error.filename}: move the course to a folder of "
            "your own, or close what is still running from it."
        )
    return f"{error.filename or 'The system'}: {error.strerror or error}."


def run(python: str, *arguments: str) -> int:
    """Run Python with helpers importable; return its exit code."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(python, [python, *arguments])  # signals and the exit code are the program's own
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the program, which hears it too
    return subprocess.call([python, *arguments])


# ---- The environment


def environment() -> str:
    """Return a Python that has every package of the lock; make .venv if there is none."""
    if not LOCK.exists():
        raise Problem(
            "requirements.lock is missing, the list of what to install. "
            "Get it back (git checkout requirements.lock), then run the same command again."
        )
    lock = LOCK.read_text(encoding="utf-8")
    stamp = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []
    sources = made_from(lock)
    if stamp == sources:
        return str(PYTHON)
    pins = [pin for pin in read_pins(lock) if applies(pin.marker, marker_facts())]
    if satisfies(pins):
        return sys.executable
    # Where only the list is another, .venv is whole and is brought up to it.
    make_environment(len(pins), afresh=stamp[1:] != sources[1:])
    write_whole(STAMP, "\n".join(made_from(lock)).encode())
    return str(PYTHON)


def made_from(lock: str) -> list[str]:
    """Return what .venv depends on: the lock, the folder, and its Python, if that still runs."""
    command = [str(PYTHON), "-I", "-S", "-c", "import sys; print(sys.version.split()[0])"]
    try:
        version = subprocess.check_output(command, stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        version = "no Python"
    return [hashlib.sha256(lock.encode()).hexdigest(), str(ROOT), version]


def read_pins(lock: str) -> list[Pin]:
    """Return the pins of a lock file, those for other machines included."""
    pattern = r"(?m)^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\\n]+?))? *\\?$"
    return [Pin(*found) for found in re.findall(pattern, lock)]


def marker_facts() -> dict[str, str]:
    """Return what a dependency's marker may ask about this Python."""
    return {
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_machine": platform.machine(),
        "platform_system": platform.system(),
        "platform_python_implementation": platform.python_implementation(),
        "implementation_name": sys.implementation.name,
        "python_full_version": "{}.{}.{}".format(*sys.version_info),
        "python_version": "{}.{}".format(*sys.version_info),
    }


def applies(marker: str, facts: dict[str, str]) -> bool:
    """Say whether a dependency's marker holds; an empty one always does.

    Markers are a small part of Python's own expressions, so Python's parser reads them.
    """
    operators = {
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
    }

    def numbers(version: str) -> list[int]:
        return [int(part) for part in re.sub(r"(\.0)+$", "", version).split(".")]

    def holds(node: ast.expr) -> bool:
        if isinstance(node, ast.BoolOp):
            return (all if isinstance(node.op, ast.And) else any)(map(holds, node.values))
        if not isinstance(node, ast.Compare) or len(node.ops) > 1:
            raise ValueError(marker)
        sides = [node.left, node.comparators[0]]
        values = [facts[s.id] if isinstance(s, ast.Name) else ast.literal_eval(s) for s in sides]
        compare = operators[type(node.ops[0])]
        if any(isinstance(side, ast.Name) and "version" in side.id for side in sides):
            return bool(compare(*map(numbers, values)))
        return bool(compare(*values))

    try:
        return not marker or holds(ast.parse(marker, mode="eval").body)
    except (KeyError, SyntaxError, TypeError, ValueError):
        raise Problem(f"requirements.lock has a condition that can't be read: {marker}") from None


def satisfies(pins: list[Pin]) -> bool:
    """Say whether the Python that runs this has each pin, in its exact version."""
    try:
        return all(importlib.metadata.version(pin.name) == pin.version for pin in pins)
    except importlib.metadata.PackageNotFoundError:
        return False


def make_environment(total: int, afresh: bool) -> None:
    """Install the lock in .venv, with uv if there is one, else with pip."""
    uv = shutil.which("uv")
    if not uv and not all(map(importlib.util.find_spec, ["venv", "ensurepip"])):
        raise Problem(
            "This Python can't make environments: its venv module is not installed. "
            "On Debian or Ubuntu: sudo apt install python3-venv. Then run the same command again."
        )
    free = shutil.disk_usage(ROOT).free
    if afresh and free < SPACE_NEEDED:
        raise Problem(
            f"The course needs about {SPACE_NEEDED / 1e9:.0f} GB, and {free / 1e9:.1f} GB are free "
            "on this disk: free some, then run the same command again."
        )
    LOG.write_bytes(b"")
    tool = "uv" if uv else "pip"
    print(f"Installing {total} packages in .venv, with {tool}. This happens once.", flush=True)
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if afresh:
        if VENV.exists():
            try:
                shutil.rmtree(VENV)
            except FileNotFoundError:  # someone else was faster
                raise Problem(
                    "Another command is at work in .venv right now: wait until it has ended, "
                    "then run the same command again."
                ) from None
        base = getattr(sys, "_base_executable", sys.executable)  # .venv's own has just gone
        make = [uv, "venv", "--python", base] if uv else [base, "-m", "venv"]
        install([*make, str(VENV)], 0, started)
    if uv:
        command = [uv, "pip", "install", "--python", str(PYTHON)]
    else:
        # Without --no-compile, most of the wait would be for bytecode that nobody ever runs.
        command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
        command += ["--no-input", "--no-compile", "--no-deps", "--progress-bar", "off"]
    install([*command, "--require-hashes", "-r", str(LOCK)], total, started)
    # Editors and notebooks opened in other ways find helpers too.
    (packages_in_place()[0].parent / "course.pth").write_text(str(ROOT), encoding="utf-8")
    print(f"Ready after {time.monotonic() - started:.0f} s.", flush=True)


def install(command: list[str], total: int, started: float) -> None:
    """Run an installer of so many packages and tell how far it is; its own words go to the log."""
    before = len(packages_in_place())
    terminal = sys.stdout.isatty()
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PIP_USER": "0", "PYTHONUTF8": "1"},
        )
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(TERMINAL_PERIOD if terminal else PLAIN_PERIOD)
                line = f"{progress(before, total)}  {time.monotonic() - started:.0f} s"
                if terminal:
                    draw_over(line)
                elif process.returncode is None:
                    print(line, flush=True)
        finally:
            process.terminate()  # nothing happens to one that has ended
            code = process.wait()
            if terminal:
                draw_over("")
    if code != 0:
        raise failure(LOG.read_text(encoding="utf-8", errors="replace"))


def packages_in_place() -> list[Path]:
    """Return the metadata folder of each package that .venv holds now."""
    pattern = "Lib/site-packages" if os.name == "nt" else "lib/python3*/site-packages"
    return list(VENV.glob(pattern + "/*.dist-info"))


def progress(before: int, total: int) -> str:
    """Return how far an installer is, from what is there and what it has said."""
    installed = len(packages_in_place()) - before
    if total and installed > 0:
        return f"installing {min(installed, total)} of {total}"
    said = LOG.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"(?m)^(?:Collecting|Downloading|Building) ([\w.-]+)", said)
    if found:
        return f"fetching {min(len(found), total)} of {total}  {found[-1]}"
    return "preparing"


def draw_over(line: str) -> None:
    """Put a line in the place of the terminal's last."""
    width = shutil.get_terminal_size().columns - 1
    print("\r" + line[:width].ljust(width), end="" if line else "\r", flush=True)


def failure(said: str) -> Problem:
    """Return what an installer's last words mean for the person at the keyboard."""
    if shutil.disk_usage(ROOT).free < 20e6:  # then its words had no room in the log either
        return Problem(DISK_FULL)
    for pattern, sentence in CAUSES:
        if re.search(pattern, said, re.IGNORECASE):
            return Problem(sentence)
    words = [line.strip() for line in said.splitlines() if line.strip()] or ["nothing"]
    return Problem(f"The installation failed. It said: {words[-1]} (The whole is in {LOG.name}.)")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no one ever finds half of it, not even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


# ---- The list of packages


def write_lock(rest: list[str]) -> int:
    """Resolve the packages that pyproject.toml names; write the lock file and environment.yml."""
    uv = shutil.which("uv")
    if not uv:
        raise Problem("The command lock needs uv on the PATH: pip install uv, or see its website.")
    command = [uv, "pip", "compile", "--quiet", "pyproject.toml", "--group", "test"]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    command += ["--no-emit-index-url", "--custom-compile-command", "python3 course.py lock"]
    code = subprocess.call([*command, "--output-file", LOCK.name, *rest], cwd=ROOT)
    if code == 0:
        text = environment_yml(direct_names(), read_pins(LOCK.read_text(encoding="utf-8")))
        write_whole(ROOT / "environment.yml", text.encode())
    return code


def direct_names() -> list[str]:
    """Return the packages that pyproject.toml names, as the lock file spells them."""
    import tomllib  # not in the Pythons that must be able to read this file

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["test"]
    names = [re.split(r"[^\w.-]", requirement)[0] for requirement in wanted]
    return [re.sub(r"[-_.]+", "-", name).lower() for name in names]


def environment_yml(direct: list[str], pins: list[Pin]) -> str:
    """Return the same pins for conda and Binder, those that the course itself names first."""

    def lines(chosen: list[Pin]) -> list[str]:
        pairs = [(f"{pin.name}=={pin.version}", pin.marker) for pin in chosen]
        return [f'      - "{name} ; {mark}"' if mark else f"      - {name}" for name, mark in pairs]

    return "\n".join(
        [
            "# For conda and Binder. Written by `python3 course.py lock` from pyproject.toml.",
            "name: streaming-agents",
            "channels: [conda-forge, nodefaults]",
            "dependencies:",
            "  - python=3.12",
            "  - pip",
            "  - pip:",
            "      # What the course itself uses; pyproject.toml says what for.",
            *lines([pin for pin in pins if pin.name in direct]),
            "      # What these bring.",
            *lines([pin for pin in pins if pin.name not in direct]),
            "      # The course's own helpers.",
            "      - -e .",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
