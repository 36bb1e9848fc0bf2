"""Write the exercises' texts into the notebooks, run these again, and store their true outputs.

    python3 course.py notebooks [NAME ...]
    python3 course.py notebooks --texts [NAME ...]      only write, run nothing

The texts come from the exercises' folders. What is stored is what strict nbval compares, and
nothing that differs from run to run: no execution times, no widget state, no widget ids. Where
a view is shown, its snapshot and its text alternative are stored.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from helpers.lessons.exercise import BadExercise
from helpers.lessons.texts import README, MissingCell, write_notebook, write_readme

__all__ = [
    "NOTEBOOKS",
    "PREDICTED",
    "execute",
    "main",
    "normalise",
    "start_kernel",
    "starting_again",
]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_SECONDS = 600
STARTS = 3  # of a kernel
P = ParamSpec("P")
T = TypeVar("T")
# The text before such a cell asks what it will show. Readers unfold its output when they have
# an answer, in JupyterLab and on pages that know this tag; to run the cell unfolds it, too.
PREDICTED = "hide-output"


def execute(notebook: NotebookNode, *, home: Path, widget_state: bool = False) -> NotebookNode:
    """Run a notebook from the top in a kernel of its own; return it with its outputs.

    Args:
        notebook: it is changed in place.
        home: the learner's folder for this run; an empty one is a newcomer's.
        widget_state: store the final state of all widgets in the notebook's metadata.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised.
    """
    environment = os.environ | {"COURSE_HOME": str(home), "COURSE_MODE": "mock"}
    environment.pop("COURSE_PROVIDER", None)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        coalesce_streams=True,
        store_widget_state=widget_state,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    start_kernel(client, env=environment)
    return client.execute()


def starting_again(start: Callable[P, T]) -> Callable[P, T]:
    """Return a function that starts a kernel; again, if it died before it answered.

    A kernel is told five ports that were free a moment before. Another program may have one of
    them by the time that the kernel listens.

    Args:
        start: starts a kernel. It raises RuntimeError, and leaves nothing, if that dies.
    """

    def start_again(*args: P.args, **options: P.kwargs) -> T:
        for _ in range(STARTS - 1):
            with suppress(RuntimeError):
                return start(*args, **options)
        return start(*args, **options)

    return start_again


@starting_again
def start_kernel(client: NotebookClient, **options: Any) -> None:
    """Start a notebook's kernel.

    Args:
        options: of the kernel, such as `env`.

    Raises:
        RuntimeError: it died each time.
    """
    client.create_kernel_manager()
    client.start_new_kernel(**options)
    client.start_new_kernel_client()


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Keep what is the same in every run; return the notebook, changed in place."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = NotebookNode(
            {key: value for key, value in cell.metadata.items() if key == "tags"}
        )
        if PREDICTED in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = NotebookNode(outputs_hidden=True)
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = NotebookNode()
            # Without a kernel a page would show this one's error instead of the snapshot.
            output.get("data", {}).pop(WIDGET_VIEW, None)
    nbformat.validate(notebook)
    return notebook


def main(arguments: Sequence[str]) -> int:
    """Refresh the notebooks with these names, or all; return an exit code."""
    only_texts = "--texts" in arguments
    names = [one for one in arguments if one != "--texts"]
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    wanted = [path for path in paths if not names or path.stem in names or path.name in names]
    if not wanted:
        print(f"No such notebook: choose from {', '.join(path.stem for path in paths)}.")
        return 2
    readme = README.read_text("utf-8")
    if (written := write_readme(readme)) != readme:
        README.write_text(written, "utf-8", newline="\n")
        print("README.md: stored")
    for path in wanted:
        before = path.read_text("utf-8")
        notebook = nbformat.reads(before, as_version=4)
        try:
            write_notebook(notebook, path.stem)
            if not only_texts:
                with tempfile.TemporaryDirectory() as home:
                    notebook = execute(notebook, home=Path(home))
        except (CellExecutionError, BadExercise, MissingCell) as error:
            print(f"{path.name}: nothing was stored.\n{error}")
            return 1
        after = nbformat.writes(normalise(notebook)) + "\n"
        if json.loads(before) != json.loads(after):
            path.write_text(after, "utf-8", newline="\n")
            print(f"{path.name}: stored")
        else:
            print(f"{path.name}: unchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
