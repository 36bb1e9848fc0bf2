"""How much of a piece of code is built as another: names, texts, comments and layout don't count.

A tree of syntax is read as a row of its nodes' kinds. What two rows share in runs of some
length is what one has from the other, wherever it stands there. So a new name, a comment, another
order of functions or a line that does nothing make no code anybody's own.
"""

import ast
from collections.abc import Iterator

__all__ = ["NotComparable", "Shape", "shape_of"]

RUN = 16  # kinds in a row: a line or two of code
Shape = frozenset[tuple[str, ...]]
# What can be put anywhere, and does nothing; or says something about types alone.
IDLE = (ast.Pass, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)
SILENT = (ast.expr_context, ast.type_ignore)


class NotComparable(ValueError):
    """There is no code to compare; the message says why."""


def shape_of(source: str | bytes) -> Shape:
    """Return how some code is built.

    Raises:
        NotComparable: it is no Python.
    """
    try:
        row = list(_kinds(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotComparable(str(error)) from None
    return frozenset(tuple(row[at : at + RUN]) for at in range(max(len(row) - RUN + 1, 1)))


def _kinds(tree: ast.AST) -> Iterator[str]:
    """Yield the kinds of a tree's nodes, from the outside in; no depth is too deep."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Expr(value=ast.Constant()):  # a docstring, or a text that does nothing
                continue
            case ast.AnnAssign(value=None):
                yield "field"
                continue
            case ast.AnnAssign(target=target, value=value):
                yield "Assign"
                waiting += [one for one in (value, target) if one is not None]
                continue
            case ast.arg():
                yield "arg"
                continue
            case ast.JoinedStr():
                yield "Constant"
                waiting += [
                    one for one in reversed(node.values) if not isinstance(one, ast.Constant)
                ]
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield type(node).__name__
                waiting += [*reversed(node.body), node.args, *node.decorator_list]
                continue
        if isinstance(node, (*IDLE, *SILENT)):
            continue
        if not isinstance(node, ast.Module):
            yield type(node).__name__
        waiting += reversed(list(ast.iter_child_nodes(node)))
