"""What goes into the site is the course's own: not what tests and tools left in its folder."""

import zipfile
from pathlib import Path

import pytest

from helpers.site.own_files import own_files
from helpers.site.reading import archive
from helpers.site.running import course_wheel

OWN = ("helpers/__init__.py", "helpers/a/b.py", "helpers/a/view.css", "helpers/z.py")
LEFT = (
    "helpers/a/node_modules/sdk/index.mjs",
    "helpers/node_modules/x",
    "helpers/a/__pycache__/b.cpython-311.pyc",
    "helpers/a/.ipynb_checkpoints/b-checkpoint.py",
    "helpers/.DS_Store",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (*OWN, *LEFT):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x = 1\n")
    return tmp_path


def test_the_courses_own_files_are_found_in_order(tree: Path):
    found = [path.relative_to(tree).as_posix() for path in own_files(tree)]
    assert found == sorted(OWN)


def test_the_archive_holds_no_others(tree: Path, monkeypatch: pytest.MonkeyPatch):
    (tree / "README.md").write_text("Read me.\n")
    monkeypatch.setattr(archive, "ROOT", tree)
    archive.write_archive(tree / "all.zip")
    names = zipfile.ZipFile(tree / "all.zip").namelist()
    assert names == [f"{archive.TOP}/{name}" for name in ("README.md", *OWN)]


def test_the_wheel_holds_no_others(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
):
    monkeypatch.setattr(course_wheel, "ROOT", tree)
    monkeypatch.setattr(course_wheel.places, "FILE", tree / "helpers" / "places.json")
    wheel = course_wheel.write(tmp_path_factory.mktemp("wheel"))
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("helpers/")}
    assert names == {*OWN, "helpers/places.json"}
