"""What is tried with `recovery`, and what its mistakes are recognised by."""

from helpers.lessons.nb06_edge_cases.recovery.checks.continued import CONTINUED
from helpers.lessons.nb06_edge_cases.recovery.checks.kept import KEPT

__all__ = ["CASES"]

CASES = (*KEPT, *CONTINUED)
