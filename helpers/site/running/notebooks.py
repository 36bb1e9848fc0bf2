"""The notebooks as JupyterLite takes them: it serves the files as they are.

A Jupyter server joins their lines and knows which outputs to trust; here nobody does.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

__all__ = ["EDITION", "FIRST", "prepare"]

FIRST = "00_start_here.ipynb"
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
EDITION = "course_edition"  # in the metadata; a learner's saved copy keeps that of its own
FACTS = Path(__file__).with_name("facts.md")  # what is different in a tab; the first page has it


def prepare(source: Path, target: Path) -> dict[str, str]:
    """Write each notebook of a folder into another; return what tells its edition from others."""
    target.mkdir(parents=True, exist_ok=True)
    editions = {}
    for file in sorted(source.glob("*.ipynb")):
        notebook = json.loads(file.read_text("utf-8"))
        editions[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
        notebook["metadata"] |= {"kernelspec": KERNEL, EDITION: editions[file.name]}
        for cell in notebook["cells"]:
            _prepare_cell(cell)
        if file.name == FIRST:
            facts = {"cell_type": "markdown", "id": "in-a-tab", "metadata": {}}
            notebook["cells"].insert(1, {**facts, "source": FACTS.read_text("utf-8").strip()})
        text = json.dumps(notebook, ensure_ascii=False, indent=1)
        (target / file.name).write_text(text + "\n", encoding="utf-8")
    return editions


def _prepare_cell(cell: dict[str, Any]) -> None:
    cell["source"] = _join(cell["source"])
    if cell["cell_type"] != "code":
        return
    cell["metadata"]["trusted"] = True
    for output in cell["outputs"]:
        if "text" in output:
            output["text"] = _join(output["text"])
        if "data" in output:
            output["data"] = {kind: _join(data) for kind, data in output["data"].items()}


def _join(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value
