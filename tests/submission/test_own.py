"""Whose a part is, by how it is built: other names, texts and comments make it nobody's own."""

import ast
import json
from pathlib import Path

import pytest

from helpers.lessons import find_exercise
from helpers.submission.bundle import PARTS
from helpers.submission.checks import before
from helpers.submission.own import find_hidden_code, is_the_courses, own_parts
from helpers.submission.structure import NotComparable, shape_of

SOURCES = {part: find_exercise(part).reference_source() for part in PARTS}


class Renamed(ast.NodeTransformer):
    """Gives every variable, function, argument and attribute of a source another name."""

    def other(self, name: str) -> str:
        return name if name.startswith("__") else f"my_{name[::-1]}"

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.other(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.other(node.arg))

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        return ast.Attribute(node.value, self.other(node.attr), node.ctx)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self.other(node.name)
        return node


def rename(source: str) -> str:
    return ast.unparse(ast.fix_missing_locations(Renamed().visit(ast.parse(source))))


def add_comments(source: str) -> str:
    return "\n".join(
        f"{line}  # mine" if line.endswith(":") else line for line in source.split("\n")
    )


def turn_round(source: str) -> str:
    tree = ast.parse(source)
    tree.body.reverse()
    return ast.unparse(tree)


def without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            node.body.insert(0, ast.Pass())
            if isinstance(node.body[1], ast.Expr):
                node.body[1] = ast.Expr(ast.Constant("Written by me."))
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize("change", [str, add_comments, rename, turn_round, without_docstrings])
@pytest.mark.parametrize("part", PARTS)
def test_the_courses_own_part_stays_the_courses(part: str, change) -> None:
    assert is_the_courses(change(SOURCES[part]))


@pytest.mark.parametrize(
    "path",
    [path for part in PARTS for path in sorted(find_exercise(part).answers.glob("right_*.py"))],
    ids=lambda path: f"{path.parent.parent.name}-{path.stem}",
)
def test_another_solution_is_its_authors(path: Path) -> None:
    assert not is_the_courses(path.read_text(encoding="utf-8"))


def test_the_count_says_what_was_seen() -> None:
    whole = "\n".join(SOURCES.values()).encode()
    assert own_parts(whole, {"agent": "yours"}).count == "0 of 1"
    other = (find_exercise("sse").answers / "right_state_machine.py").read_bytes()
    assert own_parts(other, {"agent": "yours"}).count == "1 of 1"
    assert own_parts(other, {"agent": "the course's"}).count == "0 of 1"
    assert own_parts(b"exec(x)", {"agent": "yours"}).count == "? of 1"
    assert own_parts(b"def f(:", {"agent": "yours"}).count == "? of 1"
    manifest = json.dumps({"owners": {"agent": "yours"}}).encode()
    checks = dict(before({"agent.py": whole, "manifest.json": manifest}))
    made = checks["own"]()
    assert made.word == "failed" and "built as the course's" in made.why


@pytest.mark.parametrize(
    "source",
    [
        "exec(text)",
        "import builtins\nbuiltins.exec(x)",
        "eval(x)",
        "marshal.loads(x)",
        "compile(a)",
    ],
)
def test_code_that_nobody_can_read_is_seen(source: str) -> None:
    assert "runs code that is no source" in find_hidden_code(source.encode())


def test_what_only_looks_like_it_is_none() -> None:
    assert (
        find_hidden_code(b"import re\nre.compile('a')\nself.exec(x)\ndef exec_it(): pass\n") == ""
    )


def test_what_is_no_python_has_no_shape() -> None:
    for source in ("def f(:", "x = " + "[" * 5000, "\0"):
        with pytest.raises(NotComparable):
            shape_of(source)
