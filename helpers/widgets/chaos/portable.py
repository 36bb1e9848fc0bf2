"""Functions and tools of a notebook as source, so that another process can run them.

A name that a function uses becomes an import, where it stands in a module; else its source, with
the names that this one uses. What a learner's part defines comes from that part.
"""

import ast
import builtins
import dis
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from helpers.lessons.checking.case import Namespace
from helpers.tools import Tool

__all__ = ["NotPortable", "Portable", "portable"]

PARTS = "your_"  # how the modules of a learner's parts begin
HEAD = """\
from importlib import import_module as _module

from helpers import course
from helpers.lessons.checking.case import Namespace as _Namespace
from helpers.tools import tool as _tool
"""


class NotPortable(Exception):
    """Something has no source that could run elsewhere; the message says what."""


class Portable(NamedTuple):
    """Source that defines an agent and its tools.

    Attributes:
        source: what to run.
        run: what the agent is called in it; "" for the course's own.
        tools: what each tool is called.
    """

    source: str
    run: str
    tools: tuple[str, ...]

    def load(self) -> tuple[Callable[..., Any] | None, list[Tool]]:
        """Return the agent and its tools, made anew."""
        names: dict[str, Any] = {"__name__": "portable"}
        exec(compile(self.source, "<portable>", "exec", dont_inherit=True), names)
        return names.get(self.run), [names[name] for name in self.tools]


def portable(run: Callable[..., Any] | None, tools: Iterable[Tool]) -> Portable:
    """Return an agent and its tools as source.

    Raises:
        NotPortable: one of them is a method, has variables of the function around it, or uses
            a value that can't be written down.
    """
    writer = _Writer()
    names = []
    for number, tool in enumerate(tools):
        names.append(name := f"_tool_{number}")
        writer.define(name, tool)
    if run is not None:
        writer.define("_run", run)
    made = Portable(HEAD + "\n".join(writer.lines) + "\n", "_run" if run else "", tuple(names))
    try:
        made.load()  # so that nothing is wrong with it there, either
    except Exception as error:
        raise NotPortable(f"{type(error).__name__}: {error}") from error
    return made


class _Writer:
    """Writes what defines some names, each after those that it uses at once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._known: dict[str, Any] = {}

    def define(self, name: str, value: Any) -> None:
        """Write what gives a name its value."""
        if name in self._known:
            if self._known[name] is not value:
                raise NotPortable(f"{name} stands for two things")
            return
        self._known[name] = value
        if isinstance(value, Tool):
            self._define_tool(name, value)
        elif place := _place(value):
            self.lines.append(f"{name} = {place}")
        elif isinstance(value, ModuleType) and value.__name__ != "__main__":
            self.lines.append(f"import {value.__name__} as {name}")
        elif isinstance(value, FunctionType | type):
            self._define_source(name, value)
        else:
            self.lines.append(f"{name} = {_literal(name, value)}")

    def _define_tool(self, name: str, tool: Tool) -> None:
        function = f"_function_of{name}"
        self.define(function, tool.function)
        options = {
            "name": tool.name,
            "idempotent": tool.idempotent,
            "timeout": tool.timeout,
            "status": tool.status,
        }
        self.lines.append(f"{name} = _tool(**{options!r})({function})")

    def _define_source(self, name: str, value: FunctionType | type) -> None:
        if isinstance(value, FunctionType) and value.__code__.co_freevars:
            raise NotPortable(f"{value.__name__} uses variables of the function around it")
        try:
            source = textwrap.dedent(inspect.getsource(value))
            tree = ast.parse(source)
        except (OSError, TypeError, SyntaxError):
            raise NotPortable(f"{name} has no source") from None
        [definition] = tree.body
        if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            raise NotPortable(f"{name} is no definition")
        if isinstance(value, FunctionType):
            definition.decorator_list = []  # what it was decorated with is around it, if at all
        source = ast.unparse(tree)
        around = vars(sys.modules[value.__module__])
        if isinstance(value, FunctionType):
            around = value.__globals__
        for used in sorted({*_globals_of(compile(source, "<portable>", "exec"))}):
            if used in around and used != definition.name:
                self.define(used, around[used])
        self.lines.append(source)
        if name != definition.name:
            self.lines.append(f"{name} = {definition.name}")


def _place(value: Any) -> str:
    """Return an expression for what stands in a module or in a part; "" if it does neither."""
    if isinstance(value, Namespace):
        home = vars(value)["_names"].get("__name__", "")
        if home.startswith(PARTS):
            return f"course.part({home.removeprefix(PARTS)!r})"
        return f"_Namespace(vars(_module({home!r})))" if home in sys.modules else ""
    home = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None)
    if not isinstance(home, str) or not isinstance(name, str) or not name.isidentifier():
        return ""
    if home.startswith(PARTS):
        return f"course.part({home.removeprefix(PARTS)!r}).{name}"
    module = sys.modules.get(home)
    if home == "__main__" or getattr(module, name, None) is not value:
        return ""
    return name if module is builtins else f"_module({home!r}).{name}"


def _literal(name: str, value: Any) -> str:
    """Return a plain value as Python writes it."""
    try:
        if ast.literal_eval(repr(value)) == value:
            return repr(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    raise NotPortable(f"{name} is no plain value: {type(value).__name__}")


def _globals_of(code: CodeType) -> Iterator[str]:
    """Yield the names that code takes from the module around it."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_of(constant)
