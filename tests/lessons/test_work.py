"""A learner's work as one file: out of a browser's tab, into a folder, and nothing lost."""

import json
import zipfile
from pathlib import Path

import pytest

from helpers.lessons.learner.work import NotWork, pack, take

PASSED = json.dumps({"version": 1, "parts": {"sse": {"passed": True}}})


def make(folder: Path, part: str = "mine = 1\n", notebook: str = "{}") -> Path:
    for name, text in {
        "notebooks/01.ipynb": notebook,
        "parts/sse.py": part,
        "build/agent.py": "print()\n",
        "progress.json": PASSED,
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def zip_folder(folder: Path, target: Path) -> Path:
    target.write_bytes(pack(folder, folder / "notebooks")[0])
    return target


def contents(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder).as_posix()): path.read_text("utf-8") for path in files}


def test_work_goes_from_one_folder_into_another(tmp_path: Path):
    work = zip_folder(make(tmp_path / "tab"), tmp_path / "work.zip")
    home = tmp_path / "machine"
    assert take(work, home) == [f"work.zip: 3 files of your work are in {home}."]
    found, expected = contents(home), contents(tmp_path / "tab")
    assert json.loads(found.pop("progress.json")) == json.loads(expected.pop("progress.json"))
    assert found == expected


def test_nothing_is_replaced(tmp_path: Path):
    work = zip_folder(make(tmp_path / "tab", "theirs = 1\n", "[]"), tmp_path / "work.zip")
    home = make(tmp_path / "machine")
    _, *sayings = take(work, home)
    assert len(sayings) == 2
    assert all("yours stays" in one for one in sayings)
    found = contents(home)
    assert found["parts/sse.py"] == "mine = 1\n"
    assert found["parts/sse (from work).py"] == "theirs = 1\n"
    assert found["notebooks/01 (from work).ipynb"] == "[]"


def test_the_same_again_changes_nothing(tmp_path: Path):
    work = zip_folder(make(tmp_path / "tab"), tmp_path / "work.zip")
    home = tmp_path / "machine"
    take(work, home)
    before = contents(home)
    assert len(take(work, home)) == 1
    assert contents(home) == before


@pytest.mark.parametrize(
    "name", ["../out.py", "/etc/out.py", "parts/../../out.py", "notebooks/a/b.ipynb", "C:/out.py"]
)
def test_no_path_leaves_the_folder(name: str, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("parts/sse.py", "")
        archive.writestr(name, "")
    with pytest.raises(NotWork, match="which is no part of work"):
        take(tmp_path / "work.zip", tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_what_is_no_zip_is_said_in_a_sentence(tmp_path: Path):
    (tmp_path / "work.zip").write_bytes(b"PK but no zip")
    with pytest.raises(NotWork, match="is no zip file, or is damaged"):
        take(tmp_path / "work.zip", tmp_path / "home")
    with pytest.raises(NotWork, match="There is no file"):
        take(tmp_path / "none.zip", tmp_path / "home")


def notebook(source: str, kernel: str = "python", **more: object) -> str:
    cells = [{"cell_type": "code", "id": "a", "source": source, **more}]
    tab = {"cell_type": "markdown", "id": "in-a-tab", "source": "In a tab."}
    return json.dumps({"cells": [tab, *cells], "metadata": {"kernelspec": {"name": kernel}}})


def test_a_notebook_of_a_tab_gets_a_machines_kernel_in_the_place_of_the_courses_own(tmp_path: Path):
    work = zip_folder(make(tmp_path / "tab", notebook=notebook("mine = 1")), tmp_path / "work.zip")
    home = make(tmp_path / "machine", notebook=notebook("theirs = 1", "python3"))
    assert len(take(work, home, lambda file: True)) == 1
    found = json.loads(contents(home)["notebooks/01.ipynb"])
    assert [cell["source"] for cell in found["cells"]] == ["mine = 1"]
    assert found["metadata"]["kernelspec"]["name"] == "python3"


def test_a_notebook_with_the_same_cells_changes_nothing(tmp_path: Path):
    tab = make(tmp_path / "tab", notebook=notebook("a", outputs=[]))
    home = make(tmp_path / "machine", notebook=notebook("a", "python3"))
    before = contents(home)["notebooks/01.ipynb"]
    assert len(take(zip_folder(tab, tmp_path / "work.zip"), home)) == 1
    assert contents(home)["notebooks/01.ipynb"] == before
