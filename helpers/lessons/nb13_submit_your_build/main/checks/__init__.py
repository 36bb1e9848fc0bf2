"""What is tried with `main`, and what its mistakes are recognised by."""

from helpers.lessons.nb13_submit_your_build.main.checks.after_text import AFTER_TEXT
from helpers.lessons.nb13_submit_your_build.main.checks.before_text import BEFORE_TEXT
from helpers.lessons.nb13_submit_your_build.main.checks.gone import GONE
from helpers.lessons.nb13_submit_your_build.main.checks.smooth import SMOOTH

__all__ = ["CASES"]


CASES = (*SMOOTH, *BEFORE_TEXT, *AFTER_TEXT, *GONE)
