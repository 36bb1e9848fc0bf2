"""Several parts in one module, as they stand in the learner's one file."""

import sys
from collections.abc import Iterable
from types import ModuleType
from typing import NamedTuple

from helpers.lessons.checking.where import earlier_part, remember

__all__ = ["Sources", "assemble", "execute", "new_module"]


class Sources(NamedTuple):
    """The sources of one part: the course's, and the learner's if there is one."""

    part_id: str
    reference: str
    own: str | None


def new_module(name: str) -> ModuleType:
    """Return an empty module that dataclasses, pickle and inspect can find."""
    module = ModuleType(name)
    sys.modules[name] = module
    return module


def execute(filename: str, source: str, module: ModuleType) -> None:
    """Run a source in a module, after what it already holds."""
    remember(filename, source)
    module.__file__ = filename  # inspect looks for the source of a class there
    exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)


def assemble(module: ModuleType, parts: Iterable[Sources]) -> list[str]:
    """Load parts, one after the other; return the ids of the learner's that don't run.

    The reference comes first and the learner's part over it: a later reference may use
    a name that the learner's part does without.
    """
    broken = []
    for part in parts:
        reference = f"<reference {part.part_id}>"
        execute(reference, part.reference, module)
        if part.own is None:
            continue
        try:
            execute(earlier_part(part.part_id), part.own, module)
        except (Exception, SystemExit):
            execute(reference, part.reference, module)
            broken.append(part.part_id)
    return broken
