"""Old names of modules: each leads to one that is there, and warns."""

import re
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from helpers import retry
from helpers.old_names import MOVED, new_name

ROOT = Path(__file__).resolve().parents[1]
HELPERS, DOCS = ROOT / "helpers", ROOT / "docs" / "changes.md"


@pytest.mark.parametrize("old", MOVED)
def test_what_has_moved_is_where_it_is_said_to_be(old: str):
    assert new_name(f"helpers.{old}") == f"helpers.{MOVED[old]}"
    assert find_spec(f"helpers.{MOVED[old]}") is not None
    place = HELPERS.joinpath(*old.split("."))
    assert not place.with_suffix(".py").exists() and not (place / "__init__.py").exists()


def test_an_old_name_gives_the_same_module_and_warns():
    sys.modules.pop("helpers.recovery", None)
    spec = retry.__spec__
    with pytest.warns(FutureWarning, match=r"^helpers\.recovery is called helpers\.retry now; the"):
        old = import_module("helpers.recovery")
    assert old is retry and retry.__spec__ is spec and retry.__name__ == "helpers.retry"
    assert import_module("helpers.recovery") is retry  # without a word


def test_what_was_below_an_old_name_is_found_as_well():
    assert new_name("helpers.build.conformance.cases") == "helpers.submission.conformance.cases"
    with pytest.warns(FutureWarning):
        assert import_module("helpers.build.note") is import_module("helpers.submission.note")


def test_a_name_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'helpers\.never'"):
        import_module("helpers.never")


def test_the_page_says_the_same():
    rows = re.findall(r"(?m)^\| `helpers\.(\S+)` \| `helpers\.(\S+)` \|$", DOCS.read_text("utf-8"))
    assert dict(rows) == MOVED
