"""The arrows that must never exist, read from the imports of every module.

The pipeline knows nothing of who shows it, teaches it or plays the other side; the offline API
knows nothing of the pipeline, so that the two can't share a misunderstanding.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The stages, in the order in which data moves; a stage never reaches back to a later one.
STAGES = (
    *("sse", "failures", "payloads", "client", "tool_input", "message"),
    *("tools", "dispatch", "history", "recovery", "agent"),
)
OPENAI = ("openai", "openai_chat", "openai_events", "openai_requests", "openai_responses")
PIPELINE = (*STAGES, *OPENAI, "clock", "event_queue", "fields", "keys", "models", "structured")
FACES = ("IPython", "ipykernel", "ipywidgets", "anywidget", "jupyterlab", "traitlets")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: str, path: Path) -> set[str]:
    """Return each module that a source imports, anywhere in it, by its full name."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found.update(alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package[: len(package) - level + 1] if level else []
                origin = ".".join([*base, *filter(None, [module])])
                found.add(origin)
                found.update(f"{origin}.{alias.name}" for alias in names)
    return found


def reaches(found: set[str], *targets: str) -> set[str]:
    return {name for name in found for to in targets if name == to or name.startswith(to + ".")}


def modules(*patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def every(*patterns: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", modules(*patterns), ids=module_name)


@every(
    *[f"helpers/{name}.py" for name in PIPELINE], *[f"helpers/{name}/**/*.py" for name in STAGES]
)
def test_the_pipeline_knows_no_face_no_lesson_and_no_mock(path: Path):
    found = imports(path.read_text("utf-8"), path)
    rooms = {path.stem for path in (ROOT / "helpers").iterdir()} - set(PIPELINE)
    assert not reaches(found, *FACES, *[f"helpers.{name}" for name in rooms])


@every(*[f"helpers/{name}.py" for name in STAGES])
def test_data_moves_one_way(path: Path):
    later = STAGES[STAGES.index(path.stem) + 1 :]
    found = imports(path.read_text("utf-8"), path)
    assert not reaches(found, *[f"helpers.{name}" for name in later])


@every("helpers/mock/**/*.py")
def test_the_mock_knows_nothing_of_the_pipeline(path: Path):
    found = imports(path.read_text("utf-8"), path)
    assert {name for name in reaches(found, "helpers") if name != "helpers"} <= reaches(
        found, "helpers.mock"
    )
    assert not reaches(found, *FACES)


def test_nothing_imports_notebooks():
    paths = modules("*.py", "helpers/**/*.py", "tests/**/*.py")
    assert len(paths) > 1000
    for path in paths:
        source = path.read_text("utf-8")
        # Without the word there is no import; a thousand files are quick to search, not to parse.
        if "notebooks" in source:
            assert not reaches(imports(source, path), "notebooks"), path


@pytest.mark.parametrize(
    ("line", "finds"),
    [
        ("import helpers.mock.engine as engine", "helpers.mock"),
        ("from helpers import mock", "helpers.mock"),
        ("from .. import sse", "helpers.sse"),
        ("from ..client import open_stream", "helpers.client"),
        ("from . import engine", "helpers.mock.engine"),
        ("def late():\n    from helpers.widgets.wire import Wire", "helpers.widgets"),
        ("if TYPE_CHECKING:\n    import IPython.display", "IPython"),
    ],
)
def test_no_form_of_import_escapes(line: str, finds: str):
    assert reaches(imports(line, ROOT / "helpers" / "mock" / "app.py"), finds)


def test_the_stages_that_are_there_are_looked_at():
    assert set(PIPELINE) <= {path.stem for path in modules("helpers/*.py")}
    assert list(modules("helpers/mock/**/*.py"))
