"""What every view gives to a notebook: widget, snapshot, text; and always the same bytes."""

import asyncio
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from streams import opener, text_answer

from helpers import widgets
from helpers.session.session import Session
from helpers.svg import look
from helpers.widgets.race.view import Race
from helpers.widgets.switch.view import Switch
from helpers.widgets.transcript.view import Transcript
from helpers.widgets.view import View, assets

HERE = Path(widgets.__file__).parent


def transcript() -> View:
    stream = [(0.1 * n, event) for n, event in enumerate(text_answer("one ", "two"))]
    return Transcript(
        "Count.", opener(text_answer("one ", "two")), expected=stream, autostart=False
    )


def race() -> View:
    async def whole(duration: float, tokens: int) -> str:
        return "one two"

    return Race(lambda *_: opener(text_answer("one ", "two"))(), whole)


def switch() -> View:
    return Switch(Session({}))


views = pytest.mark.parametrize("make", [transcript, race, switch])


@views
def test_one_output_holds_widget_still_and_text_alternative(make: type[View]) -> None:
    view = make()
    data, _ = view._repr_mimebundle_()
    assert set(data) == {
        "application/vnd.jupyter.widget-view+json",
        "image/svg+xml",
        "text/plain",
    }
    assert ElementTree.fromstring(data["image/svg+xml"]).tag == "{http://www.w3.org/2000/svg}svg"
    assert data["text/plain"] == view.text_alternative()


@views
def test_two_of_the_same_give_the_same_bytes(make: type[View]) -> None:
    one, other = make(), make()
    assert repr(one) == repr(other)
    assert (one.snapshot(), one.text_alternative()) == (other.snapshot(), other.text_alternative())


@views
def test_a_snapshot_names_no_colour_but_the_looks(make: type[View]) -> None:
    palette = {value for value in vars(look).values() if str(value).startswith("#")}
    tree = ElementTree.fromstring(make().snapshot())
    used = {node.get(name) for node in tree.iter() for name in ("fill", "stroke")}
    assert used - {None, "none"} <= palette


@pytest.mark.parametrize("name", ["transcript", "race", "switch"])
def test_a_views_files_stand_behind_what_all_share(name: str) -> None:
    files = assets(name)
    assert set(files) == {"_esm", "_css"}
    assert files["_esm"].count("export default") == 1
    assert "function follow(" in files["_esm"]
    assert "innerHTML" not in files["_esm"]
    assert ".sa {" in files["_css"]


def test_a_view_without_snapshot_or_text_says_so() -> None:
    class Bare(View):
        _esm = "export default {}"

    with pytest.raises(TypeError, match="Bare has no snapshot"):
        Bare().snapshot()
    with pytest.raises(TypeError, match="Bare has no text alternative"):
        Bare().text_alternative()


def test_making_a_view_needs_no_loop_on_this_thread() -> None:
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    transcript().close()


@pytest.mark.parametrize("folder", sorted({path.parent for path in HERE.glob("*/*.js")}))
def test_a_module_holds_every_script_of_its_folder(folder: Path) -> None:
    module = import_module(f"helpers.widgets.{folder.name}.view")
    [view] = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, View) and one.__module__ == module.__name__
    ]
    for script in folder.glob("*.js"):
        assert script.read_text("utf-8") in view._esm
