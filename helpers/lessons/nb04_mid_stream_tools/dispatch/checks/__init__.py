"""What is tried with `dispatch`, and what its mistakes are recognised by."""

from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.failures import FAILURE_CASES
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.inputs import INPUT_CASES
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.one_call import ONE_CALL_CASES
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.safety import SAFETY_CASES
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.several_calls import SEVERAL_CASES
from helpers.lessons.nb04_mid_stream_tools.dispatch.checks.telling import LAST_CASES

__all__ = ["CASES"]


CASES = (
    *ONE_CALL_CASES,
    *SEVERAL_CASES,
    *INPUT_CASES,
    *FAILURE_CASES,
    *SAFETY_CASES,
    *LAST_CASES,
)
