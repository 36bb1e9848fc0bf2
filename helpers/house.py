"""Draws the house from its imports: which room opens which.

    python3 course.py house       writes docs/house.svg

A room is a folder of helpers/ or a file there. They stand in the order of helpers/__init__.py, the
map; a mark says that the room of the row imports from the room of the column. Data moves one way,
so nearly all marks are on one side.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

__all__ = ["FILE", "draw", "imports", "main", "module_name", "read_doors", "rooms", "statements"]

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "house.svg"
CELL, LEFT, TOP, WIDE = 18, 96, 92, 1120  # pixels
STYLE = """
  text { font: 12.5px system-ui, sans-serif; fill: #111; }
  .words { fill: #5c6166; } .line { stroke: #d9dcdf; } .mark { fill: #0072b2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8eaed; } .words { fill: #a9afb5; } .line { stroke: #3a3f44; }
    .mark { fill: #56b4e9; }
  }
"""


def module_name(path: Path) -> str:
    """Return the full name of the module in a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def statements(source: str, path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each import anywhere in a source: the module's full name, and the names from it."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, []) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package[: len(package) - level + 1] if level else []
                yield ".".join([*base, *filter(None, [module])]), [alias.name for alias in names]


@cache  # to parse a thousand modules takes seconds
def imports(source: str, path: Path) -> frozenset[str]:
    """Return each module that a source imports, anywhere in it, by its full name."""
    found: set[str] = set()
    for origin, names in statements(source, path):
        found |= {origin, *(f"{origin}.{name}" for name in names)}
    return frozenset(found)


def rooms() -> dict[str, str]:
    """Return each room and what it holds, in the order of the map."""
    text = ast.get_docstring(ast.parse((ROOT / "helpers" / "__init__.py").read_text("utf-8"))) or ""
    lines = re.findall(r"^ {4}(\w+) +(\S.*)$", text, re.MULTILINE)
    return {name: words for name, words in lines if _is_room(name)}


def _is_room(name: str) -> bool:
    return any((ROOT / "helpers" / one).exists() for one in (name, f"{name}.py"))


def read_doors() -> dict[str, set[str]]:
    """Return which rooms each room imports from."""
    known = set(rooms())
    found: dict[str, set[str]] = {}
    for room in known:
        names: set[str] = set()
        for pattern in (f"{room}.py", f"{room}/**/*.py"):
            for path in (ROOT / "helpers").glob(pattern):
                names |= imports(path.read_text("utf-8"), path)
        parts = [name.split(".") for name in names if name.startswith("helpers.")]
        found[room] = ({part[1] for part in parts} & known) - {room}
    return found


def draw() -> str:
    """Return the picture, as SVG."""
    names, doors = rooms(), read_doors()
    order = list(names)
    right, bottom = LEFT + CELL * len(order), TOP + CELL * len(order)
    parts = []
    for number, room in enumerate(order):
        middle = CELL * number + CELL / 2
        parts += [
            f'<text x="{LEFT - 8}" y="{TOP + middle + 4}" text-anchor="end">{room}</text>',
            f'<text class="words" x="{right + 12}" y="{TOP + middle + 4}">'
            f"{escape(names[room])}</text>",
            f'<text transform="translate({LEFT + middle + 4} {TOP - 8}) rotate(-90)">{room}</text>',
        ]
        for other in order:
            if other in doors[room]:
                x, y = LEFT + CELL * order.index(other), TOP + CELL * number
                parts.append(
                    f'<rect class="mark" x="{x + 4}" y="{y + 4}" width="10" height="10" rx="2">'
                    f"<title>{room} opens {other}</title></rect>"
                )
    for number in range(len(order) + 1):
        at = CELL * number
        parts.append(
            f'<path class="line" d="M{LEFT} {TOP + at}H{right}M{LEFT + at} {TOP}V{bottom}"/>'
        )
    parts.append(f'<path class="line" d="M{LEFT} {TOP}L{right} {bottom}"/>')
    label = "The rooms of helpers/: a mark says that the room of its row opens that of its column."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {bottom + 12}" '
        f'role="img" aria-label="{label}">\n<style>{STYLE}</style>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def main() -> None:
    """Write the picture."""
    FILE.write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
