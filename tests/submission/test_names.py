"""Global names, against a second opinion: the compiler's own symbol tables."""

import ast
import symtable
from pathlib import Path

import pytest

from helpers.submission.names import find_definitions, find_uses, rename

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(ROOT.glob("helpers/**/*.py"))


class AsGenerators(ast.NodeTransformer):
    """Makes each comprehension a generator, which has the same scopes.

    Since CPython 3.12 the compiler puts other comprehensions into the code around them, and gives
    their variables as that code's own.
    """

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    def visit_SetComp(self, node: ast.SetComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    def visit_DictComp(self, node: ast.DictComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


def by_the_compiler(source: str) -> tuple[set[str], set[str]]:
    plain = ast.unparse(AsGenerators().visit(ast.parse(source)))
    top = symtable.symtable(plain, "a source", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    found = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        found |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
        waiting += table.get_children()
    return {name for name in bound if name != "__conditional_annotations__"}, found


def agrees(path: Path) -> bool:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    return (find_definitions(tree), find_uses(tree)) == by_the_compiler(source)


@pytest.mark.long
def test_the_compiler_finds_the_same_names():
    assert len(SOURCES) > 1000
    assert [path for path in SOURCES if not agrees(path)] == []


SCOPES = """\
import json as data
from os import path

def helper(value, *, default=len):  # helper stays in this comment
    def helper_inner(helper=value):
        return helper
    return helper_inner(), default, [value for value in range(3)], lambda path: path

class Reader:
    size = len
    path = path

    def read(self, data=data):
        global total
        total = helper(self.size)
        self.helper = total
        return f"{helper(1)!r:>{total}} {data}", dict(helper=helper)

total = {helper: path for helper in (helper,)}
"""


def test_a_new_name_reaches_every_use_and_nothing_else():
    names = {
        "helper": "first",
        "path": "way",
        "data": "js",
        "total": "sum_of_all",
        "len": "size_of",
    }
    after = rename(SCOPES, names)
    tree = ast.parse(after)
    assert find_definitions(tree) == {"js", "way", "first", "Reader", "sum_of_all"}
    assert find_uses(tree) == {"way", "js", "first", "size_of", "range", "sum_of_all", "dict"}
    assert "def helper_inner(helper=value)" in after
    assert "self.helper = sum_of_all" in after
    assert "dict(helper=first)" in after
    assert "lambda path: path" in after
    assert "for helper in (first,)" in after


def test_comments_and_layout_stay():
    source = "def f(  x ):  # f is here\n\n    return  f\n"
    assert rename(source, {"f": "g"}) == "def g(  x ):  # f is here\n\n    return  g\n"


def test_letters_of_several_bytes_move_nothing():
    source = 'é = "→"; f = é\nprint("→", f)\n'
    assert (
        rename(source, {"f": "ergebnis", "é": "e"})
        == 'e = "→"; ergebnis = e\nprint("→", ergebnis)\n'
    )
