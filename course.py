"""The command line of the course.

    python3 course.py lab        open the notebooks in JupyterLab, in mock mode: no key, no network
                                 (--port N for a certain port, --no-browser to open none,
                                 --path 75 for a class's path in one notebook, --from FILE to go
                                 on with your work from a browser)
    python3 course.py ready      say in one line whether this machine is ready for a class, with a
                                 cure for each problem; a class that you have joined hears of it
    python3 course.py test       run the tests (--all: the long ones, too; --long: these alone;
                                 --tab: those in a browser's tab; what follows goes to pytest)
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
    python3 course.py gallery    make a page of a class's verified submissions, of those whose
                                 authors have said so: gallery FOLDER
    python3 course.py wheels     collect the packages in a folder, for machines without a network
                                 (--help names its options); there, install from that folder:
                                 lab --wheels FOLDER
    python3 course.py class      serve a class and open its board: who is ready, where the room is,
                                 which mistakes it makes (--help names its options)
    python3 course.py prepare    make your copies of the notebooks and start nothing: for a hub
    python3 course.py teaching   write the run sheets and slides of classes: docs/teaching/
    python3 course.py site       build the course as files for any web server, to run in a browser
                                 with nothing installed: site FOLDER (--serve, --port N)
    python3 course.py notebooks  run all notebooks again and store their true outputs
    python3 course.py house      draw which room of helpers/ opens which: docs/house.svg
    python3 course.py lock       resolve the packages anew (needs uv; --upgrade for newer ones)

The first command makes an environment in .venv from requirements.lock; the first test adds the
packages of requirements-test.lock. A Python that already has every package of these lists (conda,
Binder, a class hub) is used as it is.
"""

# Only the standard library, and only syntax that Python 3.6 can read: an old Python has to get as
# far as the sentence below.
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This course needs Python 3.11 or newer, and this is Python {}.{}. Install a newer one "
        "(python.org has it), then name it: python3.12 course.py lab".format(*sys.version_info)
    )

import os
import signal
import subprocess
from pathlib import Path

from helpers.environment.home import home
from helpers.environment.lock import LEARNER, ROOT, TESTS
from helpers.environment.problem import Problem, explain_file_error
from helpers.environment.relock import write_lists
from helpers.environment.venv import VENV, environment, python_in
from helpers.environment.wheels import collect

# What each command runs in the environment.
PROGRAMS = {
    "lab": "helpers.lessons.lab",
    "test": "pytest",
    "mock": "helpers.mock",
    "tap": "helpers.mock.tap",
    "agent": "helpers.terminal",
    "web": "helpers.web",
    "submit": "helpers.submission.commands submit",
    "verify": "helpers.submission.commands verify",
    "gallery": "helpers.submission.commands gallery",
    "class": "helpers.classroom",
    "ready": "helpers.classroom.ready",
    "prepare": "helpers.lessons.prepare",
    "teaching": "helpers.lessons.teaching",
    "site": "helpers.site",
    "notebooks": "helpers.lessons.refresh",
    "house": "helpers.house",
}

# These are told names of files, so they run where the person is. (-P keeps a `helpers` of theirs
# from taking our place.) All others run in the course's folder.
TAKES_FILES = ("mock", "tap", "agent", "submit", "verify", "gallery", "class", "site")


def main(arguments: list[str]) -> int:
    """Carry out a command; return the exit code."""
    command, rest = (arguments or ["--help"])[0], arguments[1:]
    try:
        if command in PROGRAMS:
            layers = (LEARNER, TESTS) if command == "test" else (LEARNER,)
            wheels, rest = take_wheels(rest)
            if command == "test":
                rest = choose_layer(rest)
            python = environment(*layers, wheels=wheels)
            if command not in TAKES_FILES:
                os.chdir(ROOT)
            if command != "test":  # tests have a folder of their own
                os.environ["COURSE_HOME"] = str(home(os.environ, ROOT))
            return run(python, "-P", "-m", *PROGRAMS[command].split(), *rest)
        if command == "bench":
            return run(environment(LEARNER, TESTS), str(benchmark(rest)), *rest[1:])
        if command == "wheels":
            return collect(rest)
        if command == "lock":
            return write_lists(rest)
        if command in ("--help", "-h", "help"):
            print(__doc__)
            return 0
        raise Problem(
            f"There is no command {command!r}: take {', '.join([*PROGRAMS, 'bench', 'wheels'])} or "
            "lock (python3 course.py --help says what they do)."
        )
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain_file_error(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130


def take_wheels(arguments: list[str]) -> tuple[Path | None, list[str]]:
    """Return the folder behind --wheels, if there is one, and the other arguments."""
    if "--wheels" not in arguments:
        return None, arguments
    place = arguments.index("--wheels")
    if place + 1 == len(arguments):
        raise Problem("Behind --wheels comes the folder to install from.")
    return Path(arguments[place + 1]), arguments[:place] + arguments[place + 2 :]


def choose_layer(arguments: list[str]) -> list[str]:
    """Return pytest's arguments for the layers of the tests that are asked for."""
    marks = {"--all": "not tab", "--long": "long and not tab", "--tab": "tab"}
    chosen = [["-m", marks[one]] if one in marks else [one] for one in arguments]
    return [argument for part in chosen for argument in part]


def benchmark(arguments: list[str]) -> Path:
    """Return the file of the benchmark that is named first."""
    files = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("*.py"))}
    name = (arguments or [""])[0]
    if name not in files:
        wrong = f"There is no benchmark {name!r}. " if name else ""
        raise Problem(f"{wrong}Name one: python3 course.py bench {' | '.join(files)}")
    return files[name]


def run(python: str, *arguments: str) -> int:
    """Run Python with helpers importable; return its exit code."""
    if python == str(python_in(VENV)) and os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Without any bytecode, each start compiles some thousand modules anew. Whoever wants none
        # beside the sources has it in .venv.
        os.environ["PYTHONPYCACHEPREFIX"] = str(VENV.resolve() / "bytecode")
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(python, [python, *arguments])  # signals and the exit code are the program's own
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the program, which hears it too
    return subprocess.call([python, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
