"""What is tried with `recovery`, and what its mistakes are recognised by."""

from helpers.lessons.nb06_edge_cases.recovery.checks.blocks import KEPT
from helpers.lessons.nb06_edge_cases.recovery.checks.continuation import CONTINUED

__all__ = ["CASES"]

CASES = (*KEPT, *CONTINUED)
