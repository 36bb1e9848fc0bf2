"""What the source itself shows, whatever the exercise: a few mistakes that are facts."""

import ast
import inspect
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from helpers.lessons.checking.case import Outcome

__all__ = ["PYTHON_SAYS", "Fact", "facts_of"]

# What Python itself says of a line: the words of a mistake come after it.
PYTHON_SAYS = (AttributeError, ImportError, NameError, TypeError)

CHANGES = {"add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem"}
CHANGES |= {"popleft", "remove", "reverse", "setdefault", "sort", "update"}
CONTAINERS = {"list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Fact(NamedTuple):
    """A mistake that stands in the source.

    Attributes:
        id: the same for all exercises.
        line: where it stands.
        looks_like: completes "This looks like".
        try_next: one or two sentences that help on.
        shows: whether what came back can come from it.
    """

    id: str
    line: int
    looks_like: str
    try_next: str
    shows: Callable[[Outcome], bool]


def facts_of(source: str, reference: str) -> tuple[Fact, ...]:
    """Return the mistakes that a cell shows by itself.

    Args:
        source: the cell; it must be Python.
        reference: a solution: which of its functions are async, and which yield.
    """
    tree, model = ast.parse(source), _functions(ast.parse(reference))
    found: list[Fact] = []
    for name, function in _functions(tree).items():
        if name in model:
            found += _other_kind(function, model[name])
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found += [*_plain_under_async(node), *_mutable_defaults(node)]
            case ast.ClassDef():
                found += _class_state(node)
            case ast.Try() | ast.TryStar():
                found += _leaves_finally(node)
            case ast.For():
                found += _changes_what_it_reads(node)
    return tuple(found)


def _functions(tree: ast.Module) -> dict[str, Function]:
    """The functions at the top, and the methods as "Class.method"."""
    found: dict[str, Function] = {}
    for node in tree.body:
        if isinstance(node, Function):
            found[node.name] = node
        if isinstance(node, ast.ClassDef):
            methods = [inner for inner in node.body if isinstance(inner, Function)]
            found |= {f"{node.name}.{method.name}": method for method in methods}
    return found


def _inside(*statements: ast.AST) -> Iterator[ast.AST]:
    """All nodes of some statements, without those of functions and classes in them."""
    for statement in statements:
        yield statement
        if not isinstance(statement, Function | ast.ClassDef | ast.Lambda):
            yield from _inside(*ast.iter_child_nodes(statement))


def _yields(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _inside(*function.body))


def _says(*words: str) -> Callable[[Outcome], bool]:
    """Whether an exception holds one of these words."""

    def shows(out: Outcome) -> bool:
        kinds = (AttributeError, TypeError, ValueError)
        return isinstance(out.error, kinds) and any(word in str(out.error) for word in words)

    return shows


NOT_ASYNC = _says("'await'", "a coroutine", "awaitable", "async", "__aiter__", "an iterator")
NOT_GIVEN = _says("'async for' requires", "coroutine", "is not iterable", "is not an iterator")


def _is_generator(out: Outcome) -> bool:
    wanted = inspect.isgenerator(out.expected) or inspect.isasyncgen(out.expected)
    given = inspect.isgenerator(out.returned) or inspect.isasyncgen(out.returned)
    return (given and not wanted) or _says("generator' object", "generator can't")(out)


def _unless_python_says(out: Outcome) -> bool:
    return not isinstance(out.error, PYTHON_SAYS)


def _other_kind(own: Function, model: Function) -> Iterator[Fact]:
    """A function that is called another way than everybody calls it."""
    is_async = isinstance(model, ast.AsyncFunctionDef)
    if is_async and isinstance(own, ast.FunctionDef) and not own.decorator_list:
        yield Fact(
            "missing-async",
            own.lineno,
            f"a plain `def {own.name}` where an `async def` is needed",
            f"Write `async def {own.name}`: the caller waits for it.",
            NOT_ASYNC,
        )
    if _yields(own) and not _yields(model):
        yield Fact(
            "yields-where-return",
            own.lineno,
            f"a `yield` in `{own.name}`, which makes the call return a generator",
            "Collect what there is first, and `return` the whole result once, at the end.",
            _is_generator,
        )
    if _yields(model) and not _yields(own):
        yield Fact(
            "returns-where-yield",
            own.lineno,
            f"no `yield` in `{own.name}`, although its results are read one by one",
            "`yield` each result where you have it.",
            NOT_GIVEN,
        )


def _plain_under_async(function: Function) -> Iterator[Fact]:
    """A plain function under a decorator for async ones."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list}
    if "asynccontextmanager" in names and isinstance(function, ast.FunctionDef):
        yield Fact(
            "plain-def-under-async-decorator",
            function.lineno,
            f"a plain `def {function.name}` under `@asynccontextmanager`",
            f"That decorator takes an `async def` only: write `async def {function.name}`.",
            NOT_ASYNC,
        )


def _is_container(value: ast.AST | None) -> bool:
    match value:
        case ast.List() | ast.Dict() | ast.Set():
            return True
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name in CONTAINERS
    return False


def _is_changed(tree: ast.AST, wanted: str) -> bool:
    """Whether something changes the container that this expression names."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in CHANGES:
                pass
            case ast.AugAssign(target=owner):
                pass
            case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
                pass
            case _:
                continue
        if ast.unparse(owner) == wanted:
            return True
    return False


def _mutable_defaults(function: Function) -> Iterator[Fact]:
    """A default that all calls share, and that the function keeps or changes."""
    arguments = function.args
    plain = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(reversed(plain), reversed(arguments.defaults), strict=False))
    for argument, default in [
        *pairs,
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]:
        name = argument.arg
        kept = any(
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
            and any(isinstance(target, ast.Attribute) for target in node.targets)
            for node in ast.walk(function)
        )
        if _is_container(default) and (kept or _is_changed(function, name)):
            yield Fact(
                "mutable-default",
                function.lineno,
                f"a default that is made once and shared by all calls: "
                f"`{name}={ast.unparse(default)}`",  # type: ignore[arg-type]
                f"Python makes a default when it reads the `def`. Make a new one inside "
                f"`{function.name}`.",
                _unless_python_says,
            )


def _class_state(owner: ast.ClassDef) -> Iterator[Fact]:
    """A list or dict of the class that its methods change."""
    for statement in owner.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                pass
            case _:
                continue
        own = any(
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and ast.unparse(node) == f"self.{name}"
            for method in owner.body
            if isinstance(method, Function) and method.name == "__init__"
            for node in ast.walk(method)
        )
        if _is_container(value) and not own and _is_changed(owner, f"self.{name}"):
            yield Fact(
                "class-level-state",
                statement.lineno,
                f"`{name}`, made once in the class: all objects of `{owner.name}` share it",
                f"Make it in `__init__`, for each object: `self.{name} = …`.",
                _unless_python_says,
            )


def _changes_what_it_reads(loop: ast.For) -> Iterator[Fact]:
    """Items that are taken out of the very list that the loop goes through."""
    name = ast.unparse(loop.iter)
    for block in _blocks(loop):
        for statement, after in pairwise([*block, None]):
            match statement:
                case ast.Expr(ast.Call(ast.Attribute(owner, "remove" | "pop" | "insert"))):
                    changed = ast.unparse(owner)
                case ast.Delete(targets=[ast.Subscript(value=owner)]):
                    changed = ast.unparse(owner)
                case _:
                    continue
            # Who leaves at once doesn't see what has moved up.
            if changed == name and not isinstance(after, ast.Break | ast.Return | ast.Raise):
                yield Fact(
                    "removes-while-looping",
                    statement.lineno,
                    f"a loop over `{name}` that changes `{name}`: it skips the item after each "
                    "one that is taken out",
                    "Loop over one list and put what stays into another.",
                    _unless_python_says,
                )
                return


def _blocks(loop: ast.For) -> Iterator[list[ast.stmt]]:
    """The rows of statements inside a loop."""
    for node in _inside(*loop.body):
        for rows in (getattr(node, "body", []), getattr(node, "orelse", [])):
            if isinstance(rows, list):
                yield rows
    yield loop.body


def _leaves_finally(attempt: ast.Try | ast.TryStar) -> Iterator[Fact]:
    """A `return` or a `raise` in `finally`, in place of an exception on its way out."""
    for node in _inside(*attempt.finalbody):
        if isinstance(node, ast.Return):
            yield Fact(
                "return-in-finally",
                node.lineno,
                "a `return` in `finally`: it throws away whatever exception is on its way out, a "
                "cancellation, too",
                "Only tidy up in `finally`, and move the `return` out of it.",
                _unless_python_says,
            )
        if isinstance(node, ast.Raise):
            yield Fact(
                "raise-in-finally",
                node.lineno,
                "a `raise` in `finally`: it takes the place of whatever exception is on its way "
                "out, a cancellation, too",
                "Only tidy up in `finally`. Raise after the `try`, where nothing else was raised.",
                _unless_python_says,
            )
