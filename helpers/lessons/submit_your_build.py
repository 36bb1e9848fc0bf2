"""Notebook 12: the parts put together, and a build that others can trust."""

from pathlib import Path

from helpers.lessons.part import Part

__all__ = ["PARTS"]

NOTEBOOK = "12_submit_your_build"

MAIN = Part(
    id="main",
    title="One answer, whatever breaks on the way",
    notebook=NOTEBOOK,
    minutes=20,
    difficulty="medium",
    teaches="You can put a stream, tools, retries and recovery together to one answer.",
    stub="",
    reference=Path(__file__).with_name("main_reference.py"),
    cases=(),
    hints=("", "", ""),
    module=__name__,
    needs=("sse", "text", "message", "dispatch", "loop", "recovery", "retry"),
)

PARTS = (MAIN,)
