"""What every test and every kernel that a test starts finds in its environment."""

import atexit
import contextlib
import gc
import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings

from tests.programs import missing_programs

ROOT = Path(__file__).resolve().parent.parent

# One set of folders for each worker, so that no test meets the learner's own things or another's.
own = Path(tempfile.mkdtemp(prefix="course-test-"))
atexit.register(shutil.rmtree, own, ignore_errors=True)
os.environ["COURSE_HOME"] = str(own / "my")
os.environ["IPYTHONDIR"] = str(own / "ipython")
os.environ["JUPYTER_CONFIG_DIR"] = str(own / "jupyter-config")
os.environ["JUPYTER_DATA_DIR"] = str(own / "jupyter-data")
os.environ["JUPYTER_RUNTIME_DIR"] = str(own / "jupyter-runtime")

# Ctrl-C reaches what a test starts, also where a shell has started the tests in the background:
# such a shell has its children ignore it, and theirs.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Mock mode, whatever the machine is set to: no test may spend money or leave the machine.
os.environ["COURSE_MODE"] = "mock"
for name in (
    *("COURSE_BASE_URL", "COURSE_PROVIDER", "OPENAI_API_KEY", "OPENAI_BASE_URL"),
    *("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"),
):
    os.environ.pop(name, None)

# Kernels and servers that tests start import helpers as those that course.py starts do.
paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each what wasn't asked for, and what this machine lacks."""
    if terminalreporter.config.option.markexpr == ALL:
        terminalreporter.write_line(
            "What runs in a browser's tab has tests of its own: python3 course.py test --tab"
        )
    missing = missing_programs()
    if missing:
        lacks = "; ".join(f"{name} ({command})" for name, command in missing.items())
        terminalreporter.write_line(f"Not everything was tried, for this machine lacks: {lacks}")


# A busy machine is no failure of a property. The first layer of the tests tries some examples of
# each; the second tries all properties again, with many.
settings.register_profile("first", deadline=None, max_examples=10)
settings.register_profile("long", deadline=None, max_examples=100)


# What `course.py test` asks for, with --all, --long and --tab. (Without any: "not long".)
ALL, LONG, TAB = "not tab", "long and not tab", "tab"


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("first" if config.option.markexpr == "not long" else "long")


@pytest.hookimpl(tryfirst=True)  # before those are left out that aren't marked
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.markexpr == LONG:
        for item in items:
            if is_hypothesis_test(getattr(item, "obj", None)):
                item.add_marker("long")
    spread(items)


def spread(items: list[pytest.Item]) -> None:
    """Put the files that open a browser, and mostly wait, evenly among those that compute.

    The site's come first of them, as it takes a minute to build and others needn't wait for that.
    At the end there are short ones, so that all workers have something to do until then.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:  # a file that is named twice comes in parts
        files.setdefault(item.path, []).append(item)
    site, browser = ROOT / "tests" / "site", ROOT / "tests" / "browser"
    waiting = [path for path in files if path.parent == site]
    waiting += [path for path in files if path.parent == browser]
    computing = [path for path in files if path.parent not in (site, browser)]
    places = {
        path: (number + 0.5) / len(kind) * share
        for kind, share in ((waiting, 0.9), (computing, 1))
        for number, path in enumerate(kind)
    }
    items[:] = [item for path in sorted(files, key=places.__getitem__) for item in files[path]]


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Collect without Python's garbage collector, then let it forget all that is there.

    Modules and tests stay until the end. It would go through all of them again and again.
    """
    gc.disable()
    try:
        import_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def import_share(config: pytest.Config) -> None:
    """Import the files that are this worker's share, before all are collected in their order.

    The asserts of a file are rewritten when it is imported for the first time, and the result is
    kept beside it. So each file is rewritten by one worker, and not by all of them at once.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None:
        return
    folders = [Path(one) for one in config.args if Path(one).is_dir()]
    files = [path for folder in folders for path in sorted(folder.rglob("test_*.py"))]
    wanted = [path for path in files if not pytest_ignore_collect(path, config)]
    for path in wanted[int(worker["workerid"][2:]) :: worker["workercount"]]:
        if str(path.parent) not in sys.path:
            sys.path.insert(0, str(path.parent))
        # What goes wrong here goes wrong again in its turn, where it is told.
        with warnings.catch_warnings(), contextlib.suppress(Exception, pytest.skip.Exception):
            warnings.simplefilter("error")
            importlib.import_module(path.stem)


WHOLE_IN_THE_SECOND = re.compile(r"^pytestmark = pytest\.mark\.long\b", re.M)
PARTS_IN_THE_SECOND = re.compile(r"mark\.long\b|\bsweep\(|^(from|import) hypothesis", re.M)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Don't even import a file that has nothing for the layer that is asked for."""
    if collection_path.suffix != ".py":
        return None
    source = collection_path.read_text("utf-8")
    match config.option.markexpr:
        case "not long":
            return bool(WHOLE_IN_THE_SECOND.search(source)) or None
        case expression if expression == LONG:
            return not PARTS_IN_THE_SECOND.search(source) or None
        case expression if expression == TAB:
            return "mark.tab" not in source or None
    return None
