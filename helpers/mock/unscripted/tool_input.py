"""A tool's input, written by its JSON Schema from what the prompt gives.

Two steps: slot_filling.py hands each clue of the prompt to the property that it fits best, by the
kind of value and the words around it (slots.py); then values.py walks the schema and makes up what
the schema needs and the prompt does not give. The judge of rules/schemas.py sees every value, so
that what comes out is valid, or nothing comes out.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from random import Random

from ..rules.schemas import Path, SchemaProblem, check_shape
from .clues import Clue
from .schema_reader import SchemaReader
from .slot_filling import SlotFiller
from .values import ToolInput, ValueWriter


def write(
    schema: object,
    prompt: str,
    clues: Sequence[Clue],
    numbers: Random,
    commands: Container[Path] = (),
) -> ToolInput:
    """Return an input for a tool with this schema; raises SchemaProblem if none can be made.

    numbers: what made-up values are drawn from.
    commands: the places of what the tool runs (runners.py); raises NoCommand if one needs a
        value that the prompt doesn't quote.
    """
    try:
        check_shape(schema)
        reader = SchemaReader(schema, prompt)
        writer = ValueWriter(reader, numbers, commands)
        try:
            given, taken = SlotFiller(reader, commands).fill(clues)
        except SchemaProblem:  # a part of the schema that may not even be needed
            given, taken = {}, {}
        reader.judge.steps = 0
        problem: SchemaProblem | None = None
        for known, everything in ((given, False), ({}, False), ({}, True)):
            try:
                made = writer.write(known, everything)
            except SchemaProblem as error:
                problem = problem or error
                continue
            return replace(made, taken=taken if known else {})
        assert problem is not None
        raise problem
    except RecursionError:
        raise SchemaProblem((), "its schema is nested too deeply") from None
    except OverflowError:
        raise SchemaProblem((), "its schema holds a number that is too large") from None
