"""Small mistakes, put into a program one at a time: its mutants.

Each is a change that a person could make by mistake: a comparison that is one off, a condition
the wrong way round, a line or an `await` that is missing, a list that is not copied.
"""

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["Mutant", "mutants"]

# A comparison becomes the one next to it; the opposite comes from the condition it stands in.
NEXT: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
COPIES = {"copy", "deepcopy", "dict", "list", "set", "tuple"}
# A line that is left out. Definitions and imports would only be missed by their names.
REMOVED = (
    ast.Assign,
    ast.AugAssign,
    ast.Break,
    ast.Continue,
    ast.Delete,
    ast.For,
    ast.AsyncFor,
    ast.If,
    ast.Match,
    ast.Raise,
    ast.Return,
    ast.While,
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Mutant(NamedTuple):
    """A program with one mistake in it.

    Attributes:
        where: the function or method that it stands in, such as "Decoder.feed"; or "".
        before: the line as it was.
        after: the line as it is now; "" if it is gone.
        source: the whole program.
    """

    where: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        """Tell the mistake in one line: the name by which it is known."""
        return f"{self.where}: {self.before}  ▸  {self.after or '(gone)'}"


def mutants(source: str) -> Iterator[Mutant]:
    """Yield each mutant of a program; no two are the same program."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for where, line, owner, field in _places(tree, "", None):
        before = _line(line)
        old = getattr(owner, field) if isinstance(field, str) else owner[field]
        for new in _change(old):
            _put(owner, field, new)
            after = "" if isinstance(new, ast.Pass) else _line(new if old is line else line)
            changed = ast.unparse(tree)
            _put(owner, field, old)
            if changed not in seen:
                seen.add(changed)
                yield Mutant(where, before, after, changed)


def _put(owner: Any, field: str | int, value: ast.AST) -> None:
    """Set an attribute of a node, or an item of a list of nodes."""
    if isinstance(field, str):
        setattr(owner, field, value)
    else:
        owner[field] = value


def _line(node: ast.AST | None) -> str:
    """Return the first line of a statement, or of a `case`, as Python would write it."""
    return ast.unparse(node).strip().partition("\n")[0] if node else ""


def _places(
    node: ast.AST, where: str, line: ast.AST | None
) -> Iterator[tuple[str, ast.AST | None, Any, str | int]]:
    """Yield each place at which something may be changed: (where, its line, owner, field)."""
    if isinstance(node, FUNCTIONS):
        where = f"{where}.{node.name}".strip(".")
    if isinstance(node, ast.stmt | ast.match_case | ast.ExceptHandler):
        line = node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for place, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(one, ast.AST) or _says_nothing(one):
                continue
            if isinstance(node, ast.Raise) and not isinstance(one, ast.Name):
                continue  # which words an exception has is nobody's mistake
            inner = one if isinstance(one, ast.stmt | ast.match_case | ast.ExceptHandler) else line
            yield where, inner, *((node, field) if place is None else (value, place))
            yield from _places(one, where, line)


def _says_nothing(node: ast.AST) -> bool:
    """Whether a statement does nothing that a case could see, and all that is in it."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.If(test=ast.Name("TYPE_CHECKING")):
            return True
    return False


def _change(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=right):
            yield ast.Compare(left, [NEXT[type(op)]()], right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for left_out in values:
                rest = [value for value in values if value is not left_out]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.BinOp(left=left, op=op, right=last) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)](), last)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Await(value=value):
            yield value
        case ast.Constant(value=value):
            for other in _other_values(value):
                yield ast.Constant(other)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            name = getattr(function, "id", getattr(function, "attr", ""))
            if name in COPIES and len(arguments) == 1 and not keywords:
                yield arguments[0]
            for keyword in keywords:
                rest_of = [one for one in keywords if one is not keyword]
                yield ast.Call(function, arguments, rest_of)
        case ast.List(elts=[ast.Starred(value=value)]) | ast.Dict(keys=[None], values=[value]):
            yield value
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
    yield from _change_statement(node)


def _change_statement(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(_not(test), body, orelse)
            if orelse:
                yield ast.If(test, body, [])
            yield ast.If(ast.Constant(True), body, orelse)
        case ast.While(test=test, body=body, orelse=orelse):
            yield ast.While(_not(test), body, orelse)
        case ast.comprehension(target=target, iter=items, ifs=[test, *more], is_async=is_async):
            yield ast.comprehension(target, items, [_not(test), *more], is_async)
            yield ast.comprehension(target, items, more, is_async)
        case ast.match_case(pattern=pattern, guard=guard, body=body) if guard:
            yield ast.match_case(pattern, None, body)
            yield ast.match_case(pattern, _not(guard), body)
        case ast.match_case(pattern=pattern, body=body):
            yield ast.match_case(pattern, ast.Constant(False), body)
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            for handler in handlers:
                rest = [one for one in handlers if one is not handler]
                if rest or finalbody:
                    yield ast.Try(body, rest, [] if not rest else orelse, finalbody)
                else:
                    yield ast.If(ast.Constant(True), [*body, *orelse], [])
            if finalbody and handlers:
                yield ast.Try(body, handlers, orelse, [])
            elif finalbody:
                yield ast.If(ast.Constant(True), [*body, *finalbody], [])
        case ast.With(body=body) | ast.AsyncWith(body=body) if not any(
            item.optional_vars for item in node.items
        ):
            yield ast.If(ast.Constant(True), body, [])
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await | ast.Yield):
        yield ast.Pass()
    if isinstance(node, REMOVED) or (isinstance(node, ast.AnnAssign) and node.value):
        yield ast.Pass()


def _not(test: ast.expr) -> ast.expr:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
    return ast.UnaryOp(ast.Not(), test)


def _other_values(value: object) -> Iterator[bool | float | str | bytes]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
            yield value - 1
        case str() if value and " " not in value:  # words for people are nobody's mistake
            yield f"{value}x"
        case bytes() if value:
            yield value + b"x"
