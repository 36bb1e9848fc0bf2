"""The exercises of the course: a folder for each, in the folder of its notebook.

part ──▶ runner (a child process: sandbox) ──▶ report ──▶ diagnosis ──▶ the notebook
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.lessons.exercise import Exercise, read_exercise

if TYPE_CHECKING:
    from helpers.lessons.checking.part import Part

__all__ = ["MODULES", "UnknownPart", "find_part", "needed"]

LESSONS = Path(__file__).parent

# Part id -> the module that holds it, in the order of the notebooks. A module is
# imported only when one of its parts is asked for.
MODULES = {
    "hello": "helpers.lessons.nb00_start_here.exercises",
    "sse": "helpers.lessons.nb01_sse_by_hand.exercises",
    "text": "helpers.lessons.nb02_text_streaming.exercises",
    "usage": "helpers.lessons.nb03_tool_json.exercises",
    "find_the_bug": "helpers.lessons.nb03_tool_json.exercises",
    "whole_or_cut": "helpers.lessons.nb03_tool_json.exercises",
    "message": "helpers.lessons.nb03_tool_json.exercises",
    "predict_walls": "helpers.lessons.nb04_mid_stream_tools.exercises",
    "may_start": "helpers.lessons.nb04_mid_stream_tools.exercises",
    "thaw": "helpers.lessons.nb04_mid_stream_tools.exercises",
    "dispatch": "helpers.lessons.nb04_mid_stream_tools.exercises",
    "results_message": "helpers.lessons.nb05_agent_loop.exercises",
    "last_turn": "helpers.lessons.nb05_agent_loop.exercises",
    "loop": "helpers.lessons.nb05_agent_loop.exercises",
    "poisoned": "helpers.lessons.nb06_edge_cases.exercises",
    "stoppable": "helpers.lessons.nb06_edge_cases.exercises",
    "recovery": "helpers.lessons.nb06_edge_cases.exercises",
    "retry_or_not": "helpers.lessons.nb07_retries_and_timeouts.exercises",
    "watchdog": "helpers.lessons.nb07_retries_and_timeouts.exercises",
    "retry": "helpers.lessons.nb07_retries_and_timeouts.exercises",
    "coalesce": "helpers.lessons.nb08_production_ui.coalescing",
    "dangerous": "helpers.lessons.nb08_production_ui.dangerous",
    "sentences": "helpers.lessons.nb08_production_ui.sentence_buffer",
    "bill": "helpers.lessons.nb08_production_ui.bill",
    "sealed": "helpers.lessons.nb09_thinking_and_structured_output.sealed",
    "tags": "helpers.lessons.nb09_thinking_and_structured_output.tag_splitting",
    "commit": "helpers.lessons.nb09_thinking_and_structured_output.committed_fields",
    "outcome": "helpers.lessons.nb09_thinking_and_structured_output.answer_outcome",
    "does_it_raise": "helpers.lessons.nb10_sdk_and_openai.does_it_raise",
    "chat_calls": "helpers.lessons.nb10_sdk_and_openai.chat_calls",
    "read_the_wire": "helpers.lessons.nb10_sdk_and_openai.read_the_wire",
    "sse_bytes": "helpers.lessons.nb11_web_ui.exercises",
    "replay_from": "helpers.lessons.nb11_web_ui.exercises",
    "on_time": "helpers.lessons.nb11_web_ui.exercises",
    "while_read": "helpers.lessons.nb11_web_ui.exercises",
    "main": "helpers.lessons.nb12_submit_your_build.exercises",
}


class UnknownPart(ValueError):
    """There is no part with this id; the message names those that there are."""


@cache
def find_part(part_id: str, module: str = "") -> "Exercise | Part":
    """Return the exercise with this id.

    Args:
        part_id: such as "sse".
        module: where to look for one in the old form.

    Raises:
        UnknownPart: there is none.
    """
    if not module and part_id not in MODULES:
        raise UnknownPart(f"There is no part {part_id!r}. The parts are: {', '.join(MODULES)}.")
    for page in LESSONS.glob(f"nb*/{part_id}/exercise.md") if not module else ():
        return read_exercise(page.parent)
    for part in import_module(module or MODULES[part_id]).PARTS:
        if part.id == part_id:
            found: Part = part
            return found
    raise UnknownPart(f"{module or MODULES[part_id]} holds no part {part_id!r}.")


def needed(part: "Exercise | Part") -> "list[Exercise | Part]":
    """Return the exercises that an exercise needs, with those that they need, earliest first."""
    found: list[Exercise | Part] = []
    for part_id in part.needs:
        other = find_part(part_id)
        found += [one for one in (*needed(other), other) if one not in found]
    return found
