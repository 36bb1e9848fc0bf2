"""The behaviours, a case each: what is sent, and what an agent has to make of it.

One module a theme; each enters its cases in the registry, in the order of a report.
"""

import sys

# The order of these imports is the order of the cases.
from helpers.submission.conformance.cases import (  # isort: skip  # noqa: F401
    reading,
    tools,
    history,
    asking_again,
    breaking_off,
    ending,
)
from helpers.submission.conformance.cases.registry import CASES, Case

__all__ = ["CASES", "Case", "cases_here"]


def cases_here() -> list[Case]:
    """Return the cases that can be tried on this platform."""
    return [one for one in CASES if sys.platform not in one.not_on]
