"""The `%%build` cell as learners meet it: in a real kernel."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from helpers.lessons import exercise_ids, find_exercise
from helpers.lessons.refresh import NOTEBOOKS, start_kernel
from tests.listening import wait_for_file

HELLO = find_exercise("hello")
RIGHT = HELLO.reference_source()
WRONG = RIGHT.replace("\\n\\n", "\\n")
SETUP = "from helpers.lessons.learner.build import register_magics\nregister_magics(get_ipython())"


class Notebook:
    """A kernel that runs cells."""

    def __init__(self, client: NotebookClient) -> None:
        self.client = client
        self.run(SETUP)

    def run(self, source: str) -> list[Any]:
        """Run a cell; return its outputs."""
        cell = nbformat.v4.new_code_cell(source)
        self.client.nb.cells.append(cell)
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1)
        return list(cell.outputs)

    def build(self, source: str, part: str = "hello") -> str:
        """Run a `%%build` cell that shows one output; return its plain text."""
        (output,) = self.run(f"%%build {part}\n{source}")
        assert output.output_type == "display_data"
        assert set(output.data) == {"text/html", "text/plain"}
        assert output.data["text/html"].startswith('<div class="sa check">')
        return str(output.data["text/plain"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "my"))
    return tmp_path / "my"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Notebook]:
    client = NotebookClient(
        nbformat.v4.new_notebook(), timeout=120, kernel_name="python3", allow_errors=True
    )
    start_kernel(client)
    with client.setup_kernel():
        yield Notebook(client)


@pytest.fixture
def notebook(kernel: Notebook, home: Path) -> Notebook:
    """The kernel, with a newcomer's folder and none of the names of the test before."""
    kernel.run("globals().pop('hello_event', None);")
    kernel.run(f"import os; os.environ['COURSE_HOME'] = {str(home)!r}")
    return kernel


def test_a_learners_way(notebook: Notebook, home: Path) -> None:
    assert notebook.build(HELLO.stub).startswith("not attempted yet")
    assert not home.exists()
    assert notebook.run("'hello_event' in globals()")[0].data["text/plain"] == "False"

    assert notebook.build(WRONG).startswith("passed 0 of 5")
    assert [path.name for path in home.iterdir()] == ["progress.json"]  # a try, and no code
    assert "hello_event" not in (home / "progress.json").read_text("utf-8")
    # What does not pass yet can be played with all the same.
    assert notebook.run("hello_event('x')")[0].data["text/plain"].endswith("x\\n'")

    passed = notebook.build(RIGHT)
    assert passed.startswith("✓ passed 5 of 5")
    assert 'Saved. From now on course.part("hello") is yours.' in passed
    assert (home / "parts" / "hello.py").read_text("utf-8") == RIGHT
    assert notebook.run("hello_event('x')")[0].data["text/plain"].endswith("x\\n\\n'")

    kept = "Your part hello that passed before is kept, and stays in use."
    for worse in (WRONG, HELLO.stub, "1 / 0", "def"):
        assert kept in notebook.build(worse)
    assert (home / "parts" / "hello.py").read_text("utf-8") == RIGHT
    # A cell that does not run defines nothing.
    assert notebook.run("hello_event('x')")[0].data["text/plain"] == "b'event: hello\\ndata: x\\n'"


@pytest.mark.parametrize(
    ("line", "cell", "sentence"),
    [
        ("", "x = 1", f"Say which exercise: `%%build` and one of {', '.join(exercise_ids())}."),
        (
            "see",
            "x = 1",
            f"There is no exercise 'see'. The exercises are: {', '.join(exercise_ids())}.",
        ),
        ("hello", "", "The cell is empty: write your answer to hello under the first line"),
        ("hello", "  \n", "The cell is empty: write your answer to hello under the first line"),
    ],
)
def test_what_can_be_wrong_with_the_first_line(
    line: str, cell: str, sentence: str, notebook: Notebook
) -> None:
    assert notebook.build(cell, line).startswith(sentence)
    assert notebook.run("'x' in globals()")[0].data["text/plain"] == "False"


def test_the_first_line_alone(notebook: Notebook) -> None:
    (output,) = notebook.run("%%build hello")
    assert output.data["text/plain"].startswith("The cell is empty: write your answer to hello")
    (output,) = notebook.run("%%build")
    assert output.data["text/plain"].startswith("Say which exercise")


def test_what_the_cell_prints_is_shown_once(notebook: Notebook) -> None:
    outputs = notebook.run(f"%%build hello\n{RIGHT}\nprint('ready')")
    assert [output.output_type for output in outputs] == ["display_data", "stream"]
    assert outputs[1].text == "ready\n"


def test_an_error_while_playing_points_into_the_cell(notebook: Notebook) -> None:
    notebook.build("def hello_event(name):\n    return 1 / 0")
    (error,) = notebook.run("hello_event('x')")
    assert error.ename == "ZeroDivisionError"
    traceback = re.sub(r"\x1b\[[\d;]*m", "", "".join(error.traceback))
    assert "File <your part hello>:3" in traceback and "return 1 / 0" in traceback


@pytest.mark.parametrize(
    "source",
    [
        "def hello_event(name):\n    while True: pass",
        "import os\ndef hello_event(name): os._exit(1)",
        "import os\nos.abort()",
        "raise SystemExit",
        "while True: print('x')",
        "input()",
    ],
)
def test_the_kernel_stays_alive(notebook: Notebook, source: str) -> None:
    started = time.monotonic()
    assert notebook.build(source).splitlines()[0] in (
        "passed 0 of 5 · One event, by hand",
        "✕ your cell does not run yet · One event, by hand",
    )
    assert time.monotonic() - started < 60
    assert notebook.run("6 * 7")[0].data["text/plain"] == "42"


def test_a_folder_that_can_not_be_written_to(notebook: Notebook, home: Path) -> None:
    home.write_text("a file where the folder should be")
    said = notebook.build(RIGHT)
    assert said.startswith("✓ passed 5 of 5")
    assert "It could not be saved: your folder can't be written to" in said


if os.name == "posix":

    def test_an_interrupt_says_so_in_one_line(notebook: Notebook, tmp_path: Path) -> None:
        pid = int(notebook.run("import os; os.getpid()")[0].data["text/plain"])
        runs = tmp_path / "runs"

        def interrupt() -> None:
            wait_for_file(runs)
            os.kill(pid, signal.SIGINT)

        person = threading.Thread(target=interrupt)
        person.start()
        endless = f"    open({str(runs)!r}, 'w').close()\n    while True: pass"
        said = notebook.build(f"def hello_event(name):\n{endless}")
        person.join()
        assert said == "Interrupted: the check was stopped, and nothing was saved."
        assert notebook.run("6 * 7")[0].data["text/plain"] == "42"


@pytest.mark.long
def test_strict_nbval_holds_its_outputs(tmp_path: Path, home: Path) -> None:
    sources = [HELLO.stub, WRONG, "def hello_event(name):\n    while True: pass", "1 / 0", RIGHT]
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[
            nbformat.v4.new_code_cell(SETUP),
            *(nbformat.v4.new_code_cell(f"%%build hello\n{source}") for source in sources),
        ],
    )
    client = NotebookClient(notebook, timeout=300, kernel_name="python3")
    start_kernel(client)
    client.execute()
    nbformat.write(notebook, tmp_path / "build.ipynb")
    shutil.copy(NOTEBOOKS / "conftest.py", tmp_path)
    (home / "parts" / "hello.py").unlink()
    (home / "progress.json").unlink()
    command = [
        *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q"),
        *("-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull),
        *("--rootdir", str(tmp_path), str(tmp_path / "build.ipynb")),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert "6 passed" in done.stdout, done.stdout
