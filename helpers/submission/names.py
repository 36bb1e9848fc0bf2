"""Which global names a piece of source defines and uses, and how to give one another name."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Occurrence", "find_definitions", "find_uses", "occurrences", "rename"]

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Occurrence(NamedTuple):
    """A place where a global name stands.

    Attributes:
        name: the name.
        node: the node that holds it.
        binds: whether the name is defined here, rather than used.
    """

    name: str
    node: ast.AST
    binds: bool


@lru_cache(maxsize=4096)  # asked for each name of a build, about the same few trees
def find_definitions(tree: ast.AST) -> frozenset[str]:
    """Return the global names that a piece of source defines."""
    return frozenset(one.name for one in occurrences(tree) if one.binds)


@lru_cache(maxsize=4096)
def find_uses(tree: ast.AST) -> frozenset[str]:
    """Return the global names that it uses, those that it defines included."""
    return frozenset(one.name for one in occurrences(tree) if not one.binds)


def occurrences(tree: ast.AST) -> Iterator[Occurrence]:
    """Yield each place where a global name stands, in no particular order."""
    return _walk(tree, frozenset(), at_top=True)


def rename(source: str, names: Mapping[str, str]) -> str:
    """Return the source with other names for some of its global names.

    Comments and layout stay. Where Python doesn't say at which column a name stands (inside
    an f-string, before 3.12), the whole statement is written anew.
    """
    tree = ast.parse(source)
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    edits: dict[tuple[int, int], tuple[int, bytes]] = {}
    for name, node, _ in occurrences(tree):
        if name not in names:
            continue
        place = _place(node, name, lines)
        if place is None:
            return _rewritten(tree, names)
        row, column = place
        edits[row, column] = (column + len(name.encode()), _replacement(node, names[name]))
    for (row, column), (end, new) in sorted(edits.items(), reverse=True):
        lines[row] = lines[row][:column] + new + lines[row][end:]
    return b"".join(lines).decode()


def _replacement(node: ast.AST, new: str) -> bytes:
    if isinstance(node, ast.alias) and node.asname is None:
        return f"{node.name} as {new}".encode()
    return new.encode()


def _place(node: ast.AST, name: str, lines: list[bytes]) -> tuple[int, int] | None:
    """Return row and column (in bytes) of a name in the source; None if nobody knows."""
    match node:
        case ast.Name():
            row, column = node.lineno - 1, node.col_offset
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            row, start = node.lineno - 1, node.col_offset
            found = re.compile(rb"(?:async\s+)?(?:def|class)\s+").match(lines[row], start)
            column = found.end() if found else -1
        case ast.alias():
            row, column = node.lineno - 1, node.col_offset
            if node.asname is not None:
                column = lines[row].find(name.encode(), column + len(node.name.encode()))
        case _:
            return None
    raw = name.encode()
    return (row, column) if column >= 0 and lines[row][column:].startswith(raw) else None


def _rewritten(tree: ast.Module, names: Mapping[str, str]) -> str:
    for name, node, _ in occurrences(tree):
        if name not in names:
            continue
        match node:
            case ast.Name():
                node.id = names[name]
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                node.name = names[name]
            case ast.alias():
                node.asname = names[name]
            case ast.Global():
                node.names = [names.get(one, one) for one in node.names]
    return ast.unparse(tree) + "\n"


def _walk(
    node: ast.AST, hidden: frozenset[str], *, at_top: bool, head: frozenset[str] | None = None
) -> Iterator[Occurrence]:
    """Yield the global names in a node; `hidden` are those that a scope around it has.

    `head` are those hidden from a function's head: of a method, also what its class binds.
    """
    head = hidden if head is None else head
    match node:
        case ast.Name(id=name):
            if name not in hidden:
                binds = at_top and not isinstance(node.ctx, ast.Load)
                yield Occurrence(name, node, binds)
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            if not isinstance(node, ast.Lambda):
                if at_top:
                    yield Occurrence(node.name, node, True)
                yield from _each(node.decorator_list, head, at_top)
                if node.returns:
                    yield from _walk(node.returns, head, at_top=at_top)
            given = node.args
            yield from _each([*given.defaults, *filter(None, given.kw_defaults)], head, at_top)
            for argument in _arguments(node):
                if argument.annotation:
                    yield from _walk(argument.annotation, head, at_top=at_top)
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            own, shared = _find_bound(node)
            inside = (hidden | own) - shared
            for name in shared:
                yield Occurrence(name, node, False)  # `global name`: written from in here
            yield from _each(body, inside, False)
            return
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            own = frozenset(_targets(generator.target for generator in node.generators))
            first = node.generators[0].iter  # the only part that is worked out outside
            yield from _walk(first, hidden, at_top=at_top)
            for inner in ast.iter_child_nodes(node):
                if not isinstance(inner, ast.comprehension):
                    yield from _walk(inner, hidden | own, at_top=at_top)
                    continue
                rest = [inner.target, inner.iter, *inner.ifs]
                yield from _each([n for n in rest if n is not first], hidden | own, at_top)
            return
        case ast.ClassDef():
            if at_top:
                yield Occurrence(node.name, node, True)
            outside = [*node.decorator_list, *node.bases, *[k.value for k in node.keywords]]
            yield from _each(outside, hidden, at_top)
            # What a class body binds is seen in that body, but not in its methods.
            own = frozenset(_find_bound_in(node.body)[0])
            for statement in node.body:
                is_function = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
                inside = hidden if is_function else hidden | own
                yield from _walk(statement, inside, at_top=False, head=hidden | own)
            return
        case ast.Import() | ast.ImportFrom():
            if at_top:
                for alias in node.names:
                    yield Occurrence((alias.asname or alias.name).split(".")[0], alias, True)
            return
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            if at_top:
                yield Occurrence(name, node, True)
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            if at_top:
                yield Occurrence(name, node, True)
        case ast.Global():
            for name in node.names:
                yield Occurrence(name, node, False)
            return
    yield from _each(ast.iter_child_nodes(node), hidden, at_top)


def _each(nodes: Iterable[ast.AST], hidden: frozenset[str], at_top: bool) -> Iterator[Occurrence]:
    for node in nodes:
        yield from _walk(node, hidden, at_top=at_top)


def _arguments(node: Function) -> list[ast.arg]:
    given = node.args
    rest = [one for one in (given.vararg, given.kwarg) if one]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]


def _find_bound(node: Function) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of a function's own, and those that it declares to be global."""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    own, shared = _find_bound_in(body)
    return frozenset(own | {argument.arg for argument in _arguments(node)}), frozenset(shared)


def _find_bound_in(body: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """Return what some statements bind in their scope, and what they declare global."""
    own: set[str] = set()
    shared: set[str] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                own.add(node.name)
                continue  # what is inside is another scope
            case ast.Lambda():
                continue
            case ast.Name(ctx=ast.Store() | ast.Del()):
                own.add(node.id)
            case ast.Import() | ast.ImportFrom():
                own |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                own.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                own.add(name)
            case ast.Global():
                shared |= set(node.names)
            case ast.Nonlocal():
                own |= set(node.names)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                # Its targets are its own; a walrus inside binds out here.
                own |= {
                    inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)
                }
                continue
        waiting += ast.iter_child_nodes(node)
    return own, shared


def _targets(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                yield inner.id
