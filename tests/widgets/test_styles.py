"""Each view's style rules stand under that view's root: no view restyles another one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import widgets
from helpers.widgets.cards.view import LINES_CSS

HERE = Path(widgets.__file__).parent
STYLES = sorted(HERE.glob("*/*.css"))


def rules(css: str) -> Iterator[str]:
    """Yield what stands before each brace, as one line, without comments."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for prelude in re.findall(r"([^{};]+)\{", plain):
        yield " ".join(prelude.split())


def selectors(css: str) -> Iterator[str]:
    """Yield the selectors of all rules; one of a list at a time."""
    for rule in rules(css):
        if not rule.startswith("@media"):
            yield from re.split(r",\s*(?![^(]*\))", rule)


def strays(css: str, root: str) -> list[str]:
    """Return the selectors that do not stand under a root, a class with its dot."""
    name = re.escape(root) + r"(?![\w-])"
    under = re.compile(rf'(?:\[data-jp-theme-light="false"\] )?(?:{name}|:where\({name}\))')
    return [selector for selector in selectors(css) if not under.match(selector)]


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_a_view_styles_nothing_outside_itself(path: Path):
    script = path.with_suffix(".js").read_text("utf-8")
    [root] = re.findall(r'className: "sa ([\w-]+)"', script)
    css = path.read_text("utf-8")
    assert any(f".{root}" in selector for selector in selectors(css))
    assert strays(css, f".{root}") == []


def test_no_two_views_have_the_same_root():
    scripts = [path.with_suffix(".js").read_text("utf-8") for path in STYLES]
    roots = [re.search(r'className: "sa ([\w-]+)"', script) for script in scripts]
    assert len({root[1] for root in roots if root}) == len(STYLES) == 13


def test_what_all_views_share_stands_under_a_root_of_its_own():
    steps = {"0%", "60%", "100%", "30%"}
    # Names that begin with `sa-` and stand in look.css belong to no view.
    look = strays((HERE / "look.css").read_text("utf-8"), ".sa")
    assert {name for name in look if not re.match(r"\.sa-\w+", name)} - steps == {
        "@keyframes sa-typing"
    }
    assert strays((HERE / "picture.css").read_text("utf-8"), ".sa-picture") == []
    assert strays(LINES_CSS, ".md") == []


@pytest.mark.parametrize(
    ("css", "stray"),
    [
        (".sa-lane { top: 0 }", ".sa-lane"),
        (".sa-race-bar { top: 0 }", ".sa-race-bar"),
        (".sa-race, .sa-lane { top: 0 }", ".sa-lane"),
        ("@media print { .sa-lane { top: 0 } }", ".sa-lane"),
        ("/* .sa-race */ b:is(.sa-race, i) { top: 0 }", "b:is(.sa-race, i)"),
        ("@keyframes blink { }", "@keyframes blink"),
    ],
)
def test_a_rule_outside_the_root_is_found(css: str, stray: str):
    assert strays(css, ".sa-race") == [stray]
