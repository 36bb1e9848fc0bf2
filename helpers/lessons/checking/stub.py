"""Whether a cell is still the stub that the learner was given."""

import ast
import warnings

__all__ = ["is_untouched"]


def is_untouched(source: str, stub: str) -> bool:
    """Whether nothing has been written yet.

    That is so if the source says what the stub says, whatever its comments, docstrings
    and annotations, or if no function in it does anything.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            tree, given = ast.parse(source), ast.parse(stub)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in ast.walk(tree) if _is_function(node)]
    if functions and all(_is_empty(node) for node in functions):
        return True
    return _normal(tree) == _normal(given)


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _is_empty(function: ast.AST) -> bool:
    return all(_is_placeholder(statement) for statement in getattr(function, "body", []))


def _is_placeholder(statement: ast.stmt) -> bool:
    """Whether it is `...`, a docstring, `pass` or `raise NotImplementedError(…)`."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def _normal(tree: ast.Module) -> str:
    """Return the tree as text, without what says nothing about the work done."""
    for node in ast.walk(tree):
        if hasattr(node, "body") and isinstance(node.body, list):
            node.body = [line for line in node.body if not _is_placeholder(line)]
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)
