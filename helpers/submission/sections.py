"""A part's source, or a module of the library, taken apart into statements, imports and names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from helpers.lessons.exercise import SUPPORT
from helpers.submission.names import find_definitions, find_uses

__all__ = [
    "SDKS",
    "CannotBundle",
    "Section",
    "Statement",
    "closure",
    "library_section",
    "source_of",
    "take_apart",
]

ROOT = Path(__file__).parents[2]
SDKS = ("anthropic", "openai", "langchain", "litellm")


class CannotBundle(Exception):
    """A part can't become part of one file; the message says which line, and what to do."""


class Statement(NamedTuple):
    """One top-level statement with the comments in front of it."""

    text: str
    tree: ast.Module


@dataclass
class Section:
    """A part of the file: one source, taken apart.

    Attributes:
        name: the part's id, or the module's name.
        module: the module of the library that it is, or stands for.
        owner: whose it is.
        statements: its code, without imports.
        imports: what it takes from elsewhere: bound name -> (module, name in it or "").
        wanted: the same for the course's own library.
        names: what its names are called in the file, where that differs.
    """

    name: str
    module: str
    owner: str
    statements: list[Statement] = field(default_factory=list)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    wanted: dict[str, tuple[str, str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def find_definitions(self) -> set[str]:
        """Return the names that its code defines."""
        return {name for statement in self.statements for name in find_definitions(statement.tree)}

    def find_uses(self) -> set[str]:
        """Return the names that its code uses."""
        return {name for statement in self.statements for name in find_uses(statement.tree)}


def source_of(module: str) -> str:
    """Return the text of a module of the course."""
    return (ROOT / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")


@cache
def library_section(module: str) -> Section:
    """Return a module of the course's library, taken apart; it is only looked at."""
    folder, name = module.split(".")[-2:]
    # What a lesson holds is known by its exercise: each of them has a `reference`.
    title = f"{folder}_{name}" if name == "reference" else name
    return take_apart(title, module, "the course's", source_of(module))


def closure(section: Section, name: str) -> list[Statement]:
    """Return the statements that define a name, and those that these need, in their order."""
    names = {name}
    chosen: set[int] = set()
    while True:
        more = {
            number
            for number, statement in enumerate(section.statements)
            if number not in chosen and find_definitions(statement.tree) & names
        }
        if not more:
            return [section.statements[number] for number in sorted(chosen)]
        chosen |= more
        for number in more:
            names |= find_uses(section.statements[number].tree)


def take_apart(name: str, module: str, owner: str, source: str) -> Section:
    """Take a source apart.

    Raises:
        CannotBundle: it is no Python, or imports what the file can't have.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CannotBundle(
            f"Your part {name} is no Python: line {error.lineno}: {error.msg}. "
            "Run its cell again in its notebook."
        ) from None
    section = Section(name, module, owner)
    for node, text in _pieces(tree, source):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                pass  # a docstring, of a module that is none any more
            case ast.ImportFrom(module="__future__"):
                pass
            case ast.Import() | ast.ImportFrom():
                _take_import(section, node)
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                pass
            case ast.If() if owner == "yours" and "__main__" in ast.unparse(node.test):
                pass
            case _:
                section.statements.append(Statement(text, ast.Module([node], [])))
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            _check_import(section, inner)
    return section


def _pieces(tree: ast.Module, source: str) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each top-level statement with its text and the comments in front of it."""
    lines = source.splitlines(keepends=True)
    behind = 0
    for number, node in enumerate(tree.body):
        start = behind
        following = tree.body[number + 1] if number + 1 < len(tree.body) else None
        end = node.end_lineno or node.lineno
        shared = following is not None and _first_line(following) <= end
        if shared or _first_line(node) <= behind:
            yield node, ast.unparse(node) + "\n"  # several statements on one line
        else:
            text = "".join(lines[start:end])
            yield node, text if text.endswith("\n") else text + "\n"
        behind = end


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *[one.lineno for one in decorators]])


def _take_import(section: Section, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name == "*":
            raise CannotBundle(
                f"Your part {section.name} imports everything from {node.module} "  # type: ignore[union-attr]
                f"(line {node.lineno}): name what you take."
            )
        if isinstance(node, ast.Import):
            bound = alias.asname or alias.name.split(".")[0]
            section.imports[bound] = (alias.name, "")
        else:
            where = section.wanted if _is_ours(node.module or "") else section.imports
            where[alias.asname or alias.name] = (node.module or "", alias.name)


def _check_import(section: Section, node: ast.Import | ast.ImportFrom) -> None:
    if section.owner != "yours":
        return
    modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        top = module.split(".")[0]
        relative = isinstance(node, ast.ImportFrom) and node.level > 0
        ours = _is_ours(module) and module not in SUPPORT
        if relative or ours or top in SDKS:
            raise CannotBundle(
                f"Your part {section.name} imports {module or 'a neighbour'} (line {node.lineno}), "
                "and the file has to work without it: write what you need of it yourself."
            )


def _is_ours(module: str) -> bool:
    return module.split(".")[0] == "helpers"
