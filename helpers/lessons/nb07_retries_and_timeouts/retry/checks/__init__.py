"""What is tried with `retry`, and what its mistakes are recognised by."""

from helpers.lessons.nb07_retries_and_timeouts.retry.checks.retry_after import ASKED
from helpers.lessons.nb07_retries_and_timeouts.retry.checks.waiting import WAITING
from helpers.lessons.nb07_retries_and_timeouts.retry.checks.whether import WHETHER

__all__ = ["CASES"]


CASES = (*WHETHER, *ASKED, *WAITING)
