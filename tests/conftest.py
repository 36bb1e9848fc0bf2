"""What every test and every kernel that a test starts finds in its environment."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

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
    """Say in one line what this machine lacks, and how it is had."""
    missing = missing_programs()
    if missing:
        lacks = "; ".join(f"{name} ({command})" for name, command in missing.items())
        terminalreporter.write_line(f"Not everything was tried, for this machine lacks: {lacks}")


# A busy machine is no failure of a property.
settings.register_profile("course", deadline=None)
settings.load_profile("course")
