"""The exercises of notebooks 08 and 09 say what the library and a real sanitizer say."""

import re

import nbformat
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.lessons import find_exercise
from helpers.lessons.common.letters import Letter
from helpers.lessons.nb08_what_a_ui_shows.dangerous.checks import LETTERS
from helpers.lessons.refresh import NOTEBOOKS
from helpers.providers.models import MODELS, price

# No pictures from elsewhere, which the sanitizer would let through by itself.
TAGS = nh3.ALLOWED_TAGS - {"img"}


@pytest.mark.parametrize("piece", LETTERS, ids=lambda piece: piece.letter)
def test_a_sanitizer_changes_just_what_is_dangerous(piece: Letter) -> None:
    cleaned = nh3.clean(piece.what, tags=TAGS, link_rel="noopener noreferrer")
    assert (cleaned != piece.what) is piece.right


def test_the_pieces_are_those_of_the_notebook() -> None:
    notebook = nbformat.read(NOTEBOOKS / "08_what_a_ui_shows.ipynb", as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    told = dict(re.findall(r"^- \*\*([A-I])\*\* `(.*)`$", prose, re.MULTILINE))
    assert told == {piece.letter: piece.what for piece in LETTERS}


def load_reference(part_id: str, name: str) -> object:
    names: dict[str, object] = {}
    exec(find_exercise(part_id).reference_source(), names)
    return names[name]


counts = st.fixed_dictionaries(
    {},
    optional={
        name: st.none() | st.integers(0, 10_000)
        for name in (
            "input_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
            "output_tokens",
        )
    },
)


@given(st.lists(st.lists(counts, min_size=1, max_size=3), max_size=4))
def test_the_short_bill_is_what_the_library_would_write(requests: list[list[dict]]) -> None:
    model = next(one for one in MODELS.values() if one.cache_read is not None)
    prices = {
        "input_tokens": model.input,
        "cache_creation_input_tokens": model.input,  # the library's upper bound
        "cache_read_input_tokens": model.cache_read,
        "output_tokens": model.output,
    }
    expected = 0.0
    for usages in requests:
        usage: dict = {}
        for seen in usages:
            usage |= seen
        expected += price(model.id, usage)
    assert load_reference("bill", "cost")(requests, prices) == pytest.approx(expected)


@given(st.lists(st.text("aD. r!?5\n", max_size=6), max_size=12))
def test_the_short_buffer_loses_nothing_however_a_text_is_cut(pieces: list[str]) -> None:
    cut, whole = (load_reference("sentences", "SentenceBuffer")() for _ in range(2))
    came = [one for piece in pieces for one in cut.feed(piece)] + cut.close()
    assert came == whole.feed("".join(pieces)) + whole.close()
    assert "".join(came) == "".join(pieces)
