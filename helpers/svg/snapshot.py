"""Snapshots: small SVG pictures of a view, for readers without a kernel.

A snapshot is a pure function of the view's plain value, so the same value gives the
same picture, byte for byte, on every machine.
"""

import re
from collections.abc import Iterable
from html import escape
from textwrap import wrap

from helpers.svg import look

__all__ = [
    "WIDTH",
    "bars",
    "dots",
    "image",
    "line",
    "number",
    "picture",
    "polyline",
    "rect",
    "text",
    "title",
    "wrap_words",
]

# A snapshot must be legible on a static page of this width, in pixels.
WIDTH = 700


# What XML cannot hold in any form: most control characters, and half of a surrogate pair.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _escape(words: str) -> str:
    return escape(_NO_XML.sub("\ufffd", words), quote=False)


def number(value: float) -> str:
    """Return a coordinate in its shortest form, at a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def _attributes(attributes: dict[str, str | float]) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{number(value) if isinstance(value, float | int) else value}"'
        for name, value in attributes.items()
    )


def rect(
    x: float, y: float, width: float, height: float, fill: str = "none", **more: str | float
) -> str:
    """Return a rectangle; `more` are SVG attributes with _ for -."""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" fill="{fill}"{_attributes(more)}/>'
    )


def line(
    x1: float, y1: float, x2: float, y2: float, stroke: str = look.LINE, **more: str | float
) -> str:
    """Return a straight line; `more` are SVG attributes with _ for -."""
    return (
        f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" '
        f'stroke="{stroke}"{_attributes(more)}/>'
    )


def polyline(points: Iterable[tuple[float, float]], stroke: str, **more: str | float) -> str:
    """Return a line through points; `more` are SVG attributes with _ for -."""
    places = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return f'<polyline points="{places}" fill="none" stroke="{stroke}"{_attributes(more)}/>'


def dots(points: Iterable[tuple[float, float]], size: float, fill: str) -> str:
    """Return a round dot at each point, all of them as one path."""
    # Lines without length, whose round ends make dots: few bytes for each.
    places = "".join(f"M{number(x)} {number(y)}h0" for x, y in points)
    return (
        f'<path d="{places}" fill="none" stroke="{fill}" stroke-width="{number(size)}" '
        'stroke-linecap="round"/>'
    )


def bars(columns: Iterable[tuple[float, float, float]], width: float, fill: str) -> str:
    """Return upright bars, each as (x, bottom, top), all of them as one path."""
    shapes = "".join(f"M{number(x)} {number(bottom)}V{number(top)}" for x, bottom, top in columns)
    return f'<path d="{shapes}" fill="none" stroke="{fill}" stroke-width="{number(width)}"/>'


def text(
    x: float,
    y: float,
    words: str,
    *,
    fill: str = look.INK_1,
    size: float = look.UI_SIZE,
    code: bool = False,
    bold: bool = False,
    anchor: str = "start",
    length: float | None = None,
) -> str:
    """Return one line of text with its baseline at y; spaces are kept.

    With a length, in pixels, it takes just that room in whatever font is there.
    """
    family = look.CODE_FONT if code else look.UI_FONT
    return (
        f'<text x="{number(x)}" y="{number(y)}" fill="{fill}" font-size="{number(size)}" '
        f'font-family="{family}"'
        + (' font-weight="600"' if bold else "")
        + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        + (f' textLength="{number(length)}" lengthAdjust="spacingAndGlyphs"' if length else "")
        + f' xml:space="preserve">{_escape(words)}</text>'
    )


def title(words: str) -> str:
    """Return what names the group that it stands in; pages show it to a pointer."""
    return f"<title>{_escape(words)}</title>"


def wrap_words(words: str, columns: int) -> list[str]:
    """Break words into lines of at most so many characters, keeping line ends."""
    return [
        row
        for paragraph in words.split("\n")
        for row in (wrap(paragraph, columns, drop_whitespace=True) or [""])
    ]


def image(svg: str) -> str:
    """Return a picture as a file of its own, which a page in the dark shows in the dark.

    An inline picture has its colours from the page's style instead.
    """
    rules = "".join(
        f'[{name}="{light}"]{{{name}:{dark}}}'
        for light, dark in look.DARK.items()
        for name in ("fill", "stroke")
        if f'{name}="{light}"' in svg
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{{rules}}}</style>"
    return svg.replace("</desc>", f"</desc>\n{style}", 1)


def picture(height: float, title: str, description: str, parts: list[str]) -> str:
    """Return the whole SVG, with its title and description for screen readers.

    Args:
        height: in pixels; the width is WIDTH.
        title: a few words that name the picture.
        description: what a person would say the picture shows.
        parts: SVG elements, drawn in order on a white ground with a border.
    """
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {number(height)}" '
            f'width="{WIDTH}" height="{number(height)}" role="img">',
            f"<title>{_escape(title)}</title>",
            f"<desc>{_escape(description)}</desc>",
            rect(0.5, 0.5, WIDTH - 1, height - 1, look.GROUND, stroke=look.LINE, rx=6),
            *parts,
            "</svg>",
        ]
    )
