"""The exercises of the course: what each part asks for, and how it is checked.

part ──▶ runner (a child process: sandbox) ──▶ report ──▶ diagnosis ──▶ the notebook
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.lessons.part import Part

__all__ = ["MODULES", "UnknownPart", "find_part", "needed"]

# Part id -> the module that holds it, in the order of the notebooks. A module is
# imported only when one of its parts is asked for.
MODULES = {
    "hello": "helpers.lessons.start_here",
    "sse": "helpers.lessons.sse_by_hand",
    "text": "helpers.lessons.text_streaming",
    "usage": "helpers.lessons.tool_json",
    "find_the_bug": "helpers.lessons.tool_json",
    "whole_or_cut": "helpers.lessons.tool_json",
    "message": "helpers.lessons.tool_json",
    "predict_walls": "helpers.lessons.mid_stream_tools",
    "may_start": "helpers.lessons.mid_stream_tools",
    "thaw": "helpers.lessons.mid_stream_tools",
    "dispatch": "helpers.lessons.mid_stream_tools",
    "results_message": "helpers.lessons.agent_loop",
    "last_turn": "helpers.lessons.agent_loop",
    "loop": "helpers.lessons.agent_loop",
    "poisoned": "helpers.lessons.edge_cases",
    "stoppable": "helpers.lessons.edge_cases",
    "recovery": "helpers.lessons.edge_cases",
    "retry_or_not": "helpers.lessons.retries_and_timeouts",
    "watchdog": "helpers.lessons.retries_and_timeouts",
    "retry": "helpers.lessons.retries_and_timeouts",
    "coalesce": "helpers.lessons.coalescing",
    "dangerous": "helpers.lessons.production_ui",
    "sentences": "helpers.lessons.sentence_buffer",
    "bill": "helpers.lessons.bill",
    "sealed": "helpers.lessons.thinking_and_structured_output",
    "tags": "helpers.lessons.tag_splitting",
    "commit": "helpers.lessons.committed_fields",
    "outcome": "helpers.lessons.answer_outcome",
    "does_it_raise": "helpers.lessons.sdk_and_openai",
    "chat_calls": "helpers.lessons.chat_calls",
    "read_the_wire": "helpers.lessons.read_the_wire",
    "sse_bytes": "helpers.lessons.web_ui",
    "replay_from": "helpers.lessons.web_ui",
    "on_time": "helpers.lessons.web_ui",
    "while_read": "helpers.lessons.web_ui",
    "main": "helpers.lessons.submit_your_build",
}


class UnknownPart(ValueError):
    """There is no part with this id; the message names those that there are."""


@cache
def find_part(part_id: str, module: str = "") -> "Part":
    """Return the part with this id.

    Args:
        part_id: such as "sse".
        module: where to look instead of the registry.

    Raises:
        UnknownPart: there is none.
    """
    if not module and part_id not in MODULES:
        raise UnknownPart(f"There is no part {part_id!r}. The parts are: {', '.join(MODULES)}.")
    for part in import_module(module or MODULES[part_id]).PARTS:
        if part.id == part_id:
            found: Part = part
            return found
    raise UnknownPart(f"{module or MODULES[part_id]} holds no part {part_id!r}.")


def needed(part: "Part") -> "list[Part]":
    """Return the parts that a part needs, with those that they need, earliest first."""
    found: list[Part] = []
    for part_id in part.needs:
        other = find_part(part_id)
        found += [one for one in (*needed(other), other) if one not in found]
    return found
