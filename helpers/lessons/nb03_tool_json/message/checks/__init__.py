"""What is tried with `message`, and what its mistakes are recognised by."""

from helpers.lessons.nb03_tool_json.message.checks.calls import CALL_CASES
from helpers.lessons.nb03_tool_json.message.checks.complete import COMPLETE_CASES
from helpers.lessons.nb03_tool_json.message.checks.in_time import LAST_CASES
from helpers.lessons.nb03_tool_json.message.checks.message import MESSAGE_CASES
from helpers.lessons.nb03_tool_json.message.checks.other_blocks import OTHER_BLOCKS
from helpers.lessons.nb03_tool_json.message.checks.rare import RARE_CASES

__all__ = ["CASES"]


CASES = (
    *MESSAGE_CASES,
    *CALL_CASES,
    *COMPLETE_CASES,
    *OTHER_BLOCKS,
    *RARE_CASES,
    *LAST_CASES,
)
