"""What every view gives to a notebook: widget, snapshot, text; and always the same bytes."""

import asyncio
import re
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
LOOK = (HERE / "look.css").read_text("utf-8")


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


@views
def test_a_picture_knows_how_it_looks_in_the_dark(make: type[View]) -> None:
    data, _ = make()._repr_mimebundle_()
    tree = ElementTree.fromstring(data["image/svg+xml"])
    [style] = [node.text or "" for node in tree if node.tag.endswith("}style")]
    used = {node.get(name) for node in tree.iter() for name in ("fill", "stroke")}
    for light in used & look.DARK.keys():
        assert f'="{light}"]' in style and f":{look.DARK[light]}}}" in style


def test_the_dark_is_that_of_the_style_sheet() -> None:
    rules = re.findall(r"\[data-jp-theme-light=\"false\"\] \.sa \{(.*?)\}", LOOK, re.S)
    [dark] = [dict(re.findall(r"--([a-z0-9-]+): (#\w+);", rule)) for rule in rules]
    for name, colour in dark.items():
        assert look.DARK[getattr(look, name.upper().replace("-", "_"))] == colour


@pytest.mark.parametrize(
    "name", ["INK", "INK_1", "INK_2", "ON_TEXT", "ON_TOOL", "ON_THINKING", "ON_DONE", "ON_FAILED"]
)
def test_words_are_legible_in_the_light_and_in_the_dark(name: str) -> None:
    light = getattr(look, name)
    assert contrast(light, look.GROUND) >= 4.5
    assert contrast(look.DARK[light], look.DARK[look.GROUND]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as the WCAG define it."""
    brighter, darker = sorted(map(luminance, (one, other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


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
