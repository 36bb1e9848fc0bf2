"""One self-contained file from the parts of a build: no helpers, no SDK.

Each part keeps its text, comments included. What changes is what has to: imports move to the
top, a name that two parts use for different things gets a suffix in the later one, and what a
part takes from the course's library is copied in front of it, no more than it needs.
"""

import ast
import builtins
import importlib.metadata
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from helpers.browser import IN_BROWSER
from helpers.lessons import find_exercise
from helpers.lessons.exercise import module_of
from helpers.submission.names import find_definitions, rename
from helpers.submission.sections import (
    CannotBundle,
    Section,
    closure,
    library_section,
    source_of,
    take_apart,
)

__all__ = ["PARTS", "Bundle", "CannotBundle", "bundle", "course_agent", "default_models"]

PARTS = ("sse", "text", "message", "dispatch", "loop", "recovery", "retry", "main")
FRAME = ("tools", "offline", "providers", "openai", "program")
OTHERS = ("openai",)  # APIs that the agent doesn't speak itself: hundreds of lines each

ROOT = Path(__file__).parents[2]
MARK = "# " + "-" * 78
# What Python itself looks for in a module.
SPECIAL = {"__all__", "__name__", "__file__", "__doc__", "__debug__", "__annotations__"}


class Bundle(NamedTuple):
    """The file, and whose each part is.

    Attributes:
        source: the text of agent.py.
        owners: "yours" or "the course's", by part.
        packages: the distributions it needs, beside the standard library.
    """

    source: str
    owners: dict[str, str]
    packages: list[str]


def bundle(own: Mapping[str, str], *, models: Mapping[str, str]) -> Bundle:
    """Return the file that the parts make.

    Args:
        own: the learner's sources, by part; the course's own stand in for the others.
        models: the model that each provider is asked for by default; who isn't named isn't
            in the file.

    Raises:
        CannotBundle: a part imports what a self-contained file can't have, or uses a name
            that nobody defines.
    """
    house = _House()
    for part_id in PARTS:
        house.add_part(part_id, own.get(part_id))
    for name in FRAME:
        if name not in OTHERS or name in models:
            house.add_module(f"helpers.submission.single_file.{name}", name)
    owners = {part_id: "yours" if part_id in own else "the course's" for part_id in PARTS}
    source = house.write_source(owners)
    for provider, model in models.items():
        constant = f"{provider.upper()}_MODEL = "
        source = source.replace(f'{constant}"offline-mock"', f"{constant}{json.dumps(model)}")
    return Bundle(_format(source), owners, house.packages())


class _House:
    """The sections so far, and what each of their names is called."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.taken: dict[str, object] = {}  # name in the file -> what it stands for

    def add_part(self, part_id: str, own: str | None) -> None:
        """Add a part: the learner's source, or the course's."""
        module = _reference(part_id)
        if own is None:
            self._add(take_apart(part_id, module, "the course's", source_of(module)))
        else:
            self._add(take_apart(part_id, module, "yours", own))

    def add_module(self, module: str, name: str) -> None:
        """Add a module of the course, whole."""
        self._add(take_apart(name, module, "the course's", source_of(module)))

    def _add(self, section: Section) -> None:
        self._settle(section)
        mine = section.find_definitions() | set(section.imports)
        for name in sorted(section.find_uses() | set(section.wanted)):
            if name in mine or name in SPECIAL:
                continue
            found = self._resolve(section, name)
            if found is not None and found != name:
                section.names[name] = found
        self.sections.append(section)

    def _settle(self, section: Section) -> None:
        """Give a section's names new ones where the old ones stand for something else."""
        for name, target in list(section.imports.items()):
            self._take(section, name, target)
        kept = []
        for statement in section.statements:
            meaning = ast.dump(statement.tree)
            names = find_definitions(statement.tree)
            if names and all(self.taken.get(name) == meaning for name in names):
                continue  # the very same thing stands above
            kept.append(statement)
            for name in sorted(names):
                if section.names.get(name) is None:
                    self._take(section, name, meaning)
        section.statements = kept

    def _take(self, section: Section, name: str, meaning: object) -> None:
        if name in SPECIAL or self.taken.get(name) == meaning:
            return
        final, number = name, 1
        while final in self.taken or hasattr(builtins, final):
            final = f"{name}_{section.name}" + (str(number) if number > 1 else "")
            number += 1
        self.taken[final] = meaning
        if final != name:
            section.names[name] = final

    def _resolve(self, section: Section, name: str) -> str | None:
        """Return what a name that a section takes from elsewhere is called in the file.

        Raises:
            CannotBundle: nobody defines it.
        """
        if name in section.wanted:
            module, original = section.wanted[name]
            return self._from_library(module, original)
        for earlier in reversed(self.sections):
            if name in earlier.find_definitions() or name in earlier.imports:
                return earlier.names.get(name, name)
        if hasattr(builtins, name):
            return name
        # In the notebooks, the course's own part stands below the learner's.
        for part_id in reversed(PARTS):
            library = library_section(_reference(part_id))
            if name in library.imports:
                section.imports[name] = library.imports[name]
                self._take(section, name, library.imports[name])
                return section.names.get(name, name)
            if name in library.find_definitions() or name in library.wanted:
                return self._from_library(library.module, name)
        raise CannotBundle(
            f"Your part {section.name} uses {name}, which nothing in it or before it defines: "
            "define it in that part and run its cell again."
        )

    def _from_library(self, module: str, name: str) -> str:
        """Return what a name of the course's library is called; copy it in if it isn't there."""
        there = [section for section in self.sections if section.module == module]
        for section in there:
            if name in section.find_definitions():
                return section.names.get(name, name)
        library = library_section(module)
        if name not in library.find_definitions():  # it comes from further away
            return self._from_library(*library.wanted[name])
        present = {
            one: section.names.get(one, one)
            for section in there
            for one in section.find_definitions()
        }
        copied = Section(library.name, module, "the course's")
        copied.statements = [
            statement
            for statement in closure(library, name)
            if not find_definitions(statement.tree) <= present.keys()
        ]
        needed = copied.find_uses()
        copied.imports = {
            bound: library.imports[bound] for bound in library.imports if bound in needed
        }
        copied.wanted = {
            bound: library.wanted[bound] for bound in library.wanted if bound in needed
        }
        copied.names = {one: present[one] for one in needed & present.keys() if present[one] != one}
        self._add(copied)
        return copied.names.get(name, name)

    def packages(self) -> list[str]:
        """Return the distributions that the file imports.

        Raises:
            CannotBundle: a part imports something that nobody could install.
        """
        known = _find_distributions()
        found = set()
        for section in self.sections:
            for module, _ in section.imports.values():
                top = module.split(".")[0]
                if top in sys.stdlib_module_names:
                    continue
                if top not in known:
                    raise CannotBundle(
                        f"Your part {section.name} imports {top}, which no installed package "
                        "brings: a file for others needs what others can install."
                    )
                found.add(known[top][0])
        return sorted(found)

    def write_source(self, owners: Mapping[str, str]) -> str:
        """Return the file's text, not yet formatted."""
        needs = ", ".join(f'"{name}"' for name in self.packages())
        head = HEAD.format(needs=needs, owners="\n".join(_owner_lines(owners)))
        imports = sorted(
            {
                _import(section.names.get(bound, bound), *target)
                for section in self.sections
                for bound, target in section.imports.items()
            }
        )
        filled = [section for section in self.sections if section.statements]
        body = [_block_text(list(block)) for _, block in groupby(filled, _block)]
        return "\n".join([head, *imports, *body])


HEAD = '''\
# /// script
# requires-python = ">=3.11"
# dependencies = [{needs}]
# ///
"""A streaming agent in one file: the Messages API, read byte by byte, without an SDK.

    python agent.py --mock "What's the weather in Lagos?"

Whose each part is:
{owners}
"""
'''

LIBRARY = "library"
TITLES = {
    "sse": "bytes ─▶ events",
    "text": "one request, and its answer as a stream",
    "message": "events ─▶ message, and the calls in it",
    "dispatch": "calls ─▶ results, while the answer streams",
    "loop": "turn after turn",
    "recovery": "what may be sent again after a turn broke off",
    "retry": "whether to ask again, and when",
    "main": "one answer, whatever breaks on the way",
    "tools": "what the model may call",
    "offline": "a simulation without a network",
    "providers": "whom the program can ask",
    "openai": "the same agent in front of another API",
    "program": "the command line",
}


def _owner_lines(owners: Mapping[str, str]) -> Iterator[str]:
    for part_id, owner in owners.items():
        yield f"    {part_id:9} {owner:13} {TITLES[part_id]}"


def _block(section: Section) -> str:
    """Return what a section stands under: its own name, or that of all that is copied."""
    whole = section.name in PARTS or section.module.startswith("helpers.submission.single_file.")
    return section.name if whole else LIBRARY


def _block_text(block: list[Section]) -> str:
    """Return some sections in a row under one heading."""
    name = _block(block[0])
    title = TITLES.get(name, "")
    if name == LIBRARY:
        title = "what the next part needs: " + ", ".join(sorted({one.name for one in block}))
    heading = f"\n{MARK}\n# {name} ({block[0].owner}): {title}\n{MARK}\n\n"
    return heading + "".join(map(_section_text, block))


def _section_text(section: Section) -> str:
    text = "".join(statement.text for statement in section.statements)
    return rename(text, section.names) if section.names else text


@cache
def _find_distributions() -> Mapping[str, list[str]]:
    """Return which distributions bring a module."""
    return importlib.metadata.packages_distributions()


def _import(bound: str, module: str, name: str) -> str:
    if name:
        return f"from {module} import {name}" + ("" if bound == name else f" as {bound}")
    if bound == module.split(".")[0]:
        return f"import {module}"
    return f"import {module} as {bound}"


def _reference(part_id: str) -> str:
    """Return the module that is the course's own part."""
    return module_of(find_exercise(part_id).reference)


def _format(source: str) -> str:
    """Return the source in the course's layout, its imports sorted, unused ones gone.

    Raises:
        CannotBundle: the parts together are no Python.
    """
    if IN_BROWSER:  # no ruff there: the file stays as it was put together
        try:
            compile(source, "agent.py", "exec", dont_inherit=True)
        except SyntaxError as error:
            raise CannotBundle(f"The parts together are no Python: {error}") from None
        return source
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--stdin-filename", "agent.py", "-q"]
    for command in (
        [*ruff, "check", *options, "--select", "I,F401", "--fix-only", "-"],
        [*ruff, "format", *options, "--line-length", "100", "-"],
    ):
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=60, check=False
        )
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[:1]
            raise CannotBundle(f"The parts together are no Python: {' '.join(reason)}")
        source = done.stdout.decode()
    return source


def default_models(
    *others: str, file: Path = ROOT / "helpers" / "providers" / "models.toml"
) -> dict[str, str]:
    """Return the model that each provider is asked for when nobody names one.

    Args:
        others: providers beside Anthropic that the file shall speak to, such as "openai".
        file: where the models stand.
    """
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return {"anthropic": data["default"], **{one: data[f"default_{one}"] for one in others}}


def course_agent() -> str:
    """Return the source of the agent that is made of the course's own parts alone."""
    return bundle({}, models=default_models()).source
