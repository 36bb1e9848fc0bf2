"""The arrows that must never exist, read from the imports of every module.

The pipeline knows nothing of who shows it, teaches it or plays the other side; the offline API
knows nothing of the pipeline, so that the two can't share a misunderstanding.
"""

import ast
import importlib
import re
from collections.abc import Set
from functools import cache
from pathlib import Path

import IPython.core.inputtransformer2
import nbformat
import pytest

from helpers.house import FILE, draw, imports, module_name, read_doors, rooms, statements

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 450  # of a module

# The agent's stages, in the order in which data moves; none reaches back to a later one.
STAGES = ("sse", "client", "message", "tools", "dispatch", "history", "retry", "agent")
# A room is a folder of helpers/, or a file there; these are those that each may open. Who adds an
# arrow adds it here, and sees what the room then depends on; an arrow that is gone goes here, too.
ROOMS = {
    "browser": (),
    "wire": (),
    "sse": (),
    "clock": (),
    "client": ("sse", "wire"),
    "message": ("wire",),
    "tools": (),
    "parts": ("client", "message"),
    "dispatch": ("browser", "clock", "message", "parts", "tools"),
    "history": ("parts",),
    "retry": ("client", "clock", "parts"),
    "streams": ("client", "dispatch", "message", "lazy_names"),
    "providers": ("client", "lazy_names", "wire"),
    "structured": ("message", "wire"),
    "agent": (*STAGES[1:-1], "clock", "parts", "providers", "streams"),
    "team": ("agent", "history", "streams", "tools"),
    "render": ("browser", "lazy_names"),
    "telemetry": ("agent", "providers", "render"),
    "mock": (),
    "typescript": ("mock",),
    "session": ("browser", "client", "mock", "providers", "sse", "wire"),
    "assistant": (
        *("agent", "clock", "history", "providers", "render", "retry", "session", "tools"),
    ),
    "terminal": ("agent", "assistant", "history", "mock", "render", "session"),
    "web": ("agent", "assistant", "history", "lazy_names", "render", "session", "tools"),
    "svg": ("lazy_names",),
    "classroom": ("environment", "lessons", "mock", "session", "sse"),
    "lessons": (
        "browser",
        "environment",
        "message",
        "mock",
        "parts",
        "session",
        "sse",
        "tools",
        "wire",
    ),
    "submission": (
        "browser",
        "client",
        "lessons",
        "mock",
        "lazy_names",
        "providers",
        "svg",
        "wire",
    ),
    "simulation": (
        *("agent", "browser", "client", "clock", "dispatch", "history", "message", "mock"),
        "providers",
        *("retry", "session", "streams", "team", "tools", "widgets"),
    ),
    "widgets": (
        *("agent", "assistant", "browser", "classroom", "client", "clock", "history", "lessons"),
        *("message", "mock"),
        *("providers", "render"),
        *("retry", "session", "simulation", "sse", "streams", "structured", "submission", "svg"),
        *("team", "tools", "web"),
    ),
    "course": ("browser", "lessons", "old_names", "session", "submission", "widgets"),
    "site": ("environment", "lessons", "session", "submission", "svg", "widgets"),
    "environment": (),
    "house": (),
    "old_names": (),
    "lazy_names": (),
}
NOTEBOOK_PACKAGES = ("IPython", "ipykernel", "ipywidgets", "anywidget", "jupyterlab", "traitlets")


doors = cache(read_doors)


def read_imports(path: Path) -> frozenset[str]:
    return imports(path.read_text("utf-8"), path)


def reaches(found: Set[str], *targets: str) -> set[str]:
    return {name for name in found for to in targets if name == to or name.startswith(to + ".")}


def modules(*patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def every(*patterns: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", modules(*patterns), ids=module_name)


def room_of(path: Path) -> str:
    return module_name(path).split(".")[1]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_opens_those_that_are_named_and_no_other(room: str):
    assert doors()[room] == set(ROOMS[room])


@every("helpers/*.py", *(f"helpers/{room}/**/*.py" for room in ("wire", "streams", "providers")))
def test_the_agent_knows_nothing_of_notebooks(path: Path):
    if path.name != "course.py":
        assert not reaches(read_imports(path), *NOTEBOOK_PACKAGES)


@every(*[f"helpers/{name}.py" for name in STAGES])
def test_data_moves_one_way(path: Path):
    later = STAGES[STAGES.index(path.stem) + 1 :]
    found = read_imports(path)
    assert not reaches(found, *[f"helpers.{name}" for name in later])


LESSONS = sorted(path.name for path in (ROOT / "helpers" / "lessons").glob("nb*"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_opens_nothing_of_another_but_its_references(lesson: str):
    others = [f"helpers.lessons.{other}" for other in LESSONS if other != lesson]
    for path in modules(f"helpers/lessons/{lesson}/**/*.py"):
        found = reaches(read_imports(path), *others)
        # Only references are for all: together they are one agent.
        assert {name for name in found if ".reference" not in name} == set(), path


@every("helpers/mock/**/*.py")
def test_the_mock_knows_nothing_of_the_pipeline(path: Path):
    found = read_imports(path)
    assert {name for name in reaches(found, "helpers") if name != "helpers"} <= reaches(
        found, "helpers.mock"
    )
    assert not reaches(found, *NOTEBOOK_PACKAGES)


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_what_a_room_offers(path: Path):
    """`from helpers import course`, or names that a room one level below has in `__all__`."""
    cells = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    shell = IPython.core.inputtransformer2.TransformerManager()
    found = 0
    for source in code:
        if source.startswith("%%"):
            source = source.partition("\n")[2]
        for node in ast.walk(ast.parse(shell.transform_cell(source))):
            match node:
                case ast.Import(names=names):
                    assert not [alias for alias in names if alias.name.startswith("helpers")]
                case ast.ImportFrom(module="helpers", names=names):
                    assert {alias.name for alias in names} <= {"course", "typescript"}
                    found += 1
                case ast.ImportFrom(module=str(module), names=names) if module.startswith(
                    "helpers."
                ):
                    assert module.count(".") == 1, module
                    offered = importlib.import_module(module).__all__
                    assert {alias.name for alias in names} <= set(offered)
    assert found


@pytest.mark.parametrize("room", [name for name in ROOMS if (ROOT / "helpers" / name).is_dir()])
def test_a_room_has_what_it_offers(room: str):
    module = importlib.import_module(f"helpers.{room}")
    for name in getattr(module, "__all__", ()):
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError):
        getattr(module, "no_such_name")  # noqa: B009


def test_the_map_names_every_room_and_its_picture_is_true():
    assert set(rooms()) == set(ROOMS)
    assert FILE.read_text("utf-8") == draw(), "run python3 course.py house"


# The offline API's modules and folders, in reading order: each opens only those before it.
MOCK = (
    *("errors", "chance", "plan", "clock", "pace", "response", "chunking", "faults", "settings"),
    *("rules", "script", "unscripted", "threads", "recordings", "state", "delivery"),
    *("messages", "openai", "control", "routes", "access", "engine"),
    *("connection", "app", "transport", "server", "tap", "__main__"),
)


@cache
def mock_imports() -> dict[str, set[str]]:
    """Return what each module of the offline API opens there, also for its types alone."""
    paths = {module_name(path): path for path in modules("helpers/mock/**/*.py")}
    found: dict[str, set[str]] = {name: set() for name in paths}
    for name, path in paths.items():
        for origin, taken in statements(path.read_text("utf-8"), path):
            inner = [f"{origin}.{one}" for one in taken]  # `from . import x` opens x alone
            found[name] |= {one if one in paths else origin for one in inner or [origin]}
        found[name] &= paths.keys()
    return found


def test_the_mock_is_read_in_one_direction():
    units = {path.stem for path in modules("helpers/mock/*") if path.suffix in ("", ".py")}
    assert units - {"__init__", "__pycache__", "scenarios"} == set(MOCK)
    wrong = []
    for name, opened in mock_imports().items():
        own = name.split(".")[2:3]
        earlier = MOCK[: MOCK.index(own[0])] if own else ()
        allowed = {*earlier, *own}
        wrong += [f"{name} opens {one}" for one in opened if one.split(".")[2] not in allowed]
    assert wrong == []


def test_the_mocks_maps_name_each_module():
    told = (ROOT / "helpers" / "mock" / "__init__.py").read_text("utf-8")
    assert re.findall(r"(?m)^    (\w+)/? {2,}", told) == list(MOCK[:-1])
    assert "__main__" in told
    for path in modules("helpers/mock/*/*.py"):
        room = path.with_name("__init__.py").read_text("utf-8")
        assert path.stem == "__init__" or path.name in room, path


def test_no_modules_of_the_mock_open_each_other():
    left = dict(mock_imports())
    while ready := [name for name, opened in left.items() if not opened & left.keys()]:
        for name in ready:
            del left[name]
    assert left == {}


# The other side, what learners write, and the program that they leave with have their own.
OWN_CLIENTS = ("session", "mock", "lessons", "submission")


def test_one_room_makes_http_clients():
    makes = re.compile(r"\.(?:Async)?Client\(")
    for path in modules("helpers/[!_]*.py", "helpers/*/**/*.py"):
        if room_of(path) not in OWN_CLIENTS:
            assert not makes.search(path.read_text("utf-8")), path


def test_no_module_is_longer_than_one_idea():
    paths = modules("helpers/**/*.py", "helpers/widgets/**/*.js", "helpers/web/pages/*.js")
    long = {
        str(path.relative_to(ROOT)): count
        for path in paths
        if "vendored" not in path.name
        and (count := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_the_tests_of_a_room_stand_in_a_folder_of_its_name():
    folders = {
        path.parent.relative_to(ROOT / "tests").parts[0] for path in modules("tests/*/**/*.py")
    }
    # The course as its users meet it, whole.
    assert folders - {"browser", "contract", "notebooks"} <= set(ROOMS)


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
        ("def late():\n    from helpers.widgets.wire.view import Wire", "helpers.widgets"),
        ("if TYPE_CHECKING:\n    import IPython.display", "IPython"),
    ],
)
def test_no_form_of_import_escapes(line: str, finds: str):
    assert reaches(imports(line, ROOT / "helpers" / "mock" / "app.py"), finds)


def test_every_room_is_on_the_plan_and_on_the_map():
    rooms = {room_of(path) for path in modules("helpers/**/*.py") if path.parent.name != "helpers"}
    rooms |= {path.stem for path in modules("helpers/*.py")} - {"__init__"}
    assert rooms == set(ROOMS)
    told = (ROOT / "helpers" / "__init__.py").read_text("utf-8")
    assert [room for room in ROOMS if f"    {room} " not in told] == []
    assert len(LESSONS) == 14
