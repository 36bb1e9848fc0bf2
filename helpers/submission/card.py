"""The picture that a link to a submission is shown with: 1200 by 630 pixels, a PNG.

Sites that show links take no SVG. A PNG is a few lines of its own, and letters of pixels look
right in a terminal: so every machine makes the same card, without a browser or a font.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import NamedTuple

from helpers.submission.pixel_font import HEIGHT, WIDTH, columns, drawable

__all__ = ["Line", "card", "png"]

CARD = (1200, 630)  # what the sites that show links ask for
MARGIN = 64
GROUND, BAR, QUIET, TEXT, GREEN, ORANGE = range(6)
# The colours of the recording's picture.
PALETTE = ("#1b1f24", "#3a424b", "#9aa4ae", "#e6e9ec", "#3ecf9b", "#ff9b6b")


class Line(NamedTuple):
    """A line of text.

    Attributes:
        text: what is drawn.
        scale: pixels of the card for each pixel of a letter.
        colour: a place in PALETTE.
    """

    text: str
    scale: int
    colour: int


def card(title: str, author: str, said: Iterable[str], figures: str) -> bytes:
    """Return the card as a PNG.

    Args:
        title: what the submission is called.
        author: by whom; left out where it is written in letters that can't be drawn.
        said: lines of the recorded session, of which the first few are shown.
        figures: what was measured, in a line.
    """
    heading = drawable(title) or "A streaming agent in one file"
    lines = [Line(row, 7, TEXT) for row in wrap(heading, 25, max_lines=2, placeholder=" ...")]
    lines.append(Line("", 1, TEXT))
    if name := drawable(author):
        lines.append(Line(f"by {name}"[:44], 4, QUIET))
    lines.append(Line("", 3, TEXT))
    shown = [words for row in said if (words := drawable(row.rstrip())) is not None]
    for row in shown[:7]:
        lines.append(Line(row[:59], 3, ORANGE if row.lstrip()[:1] in ("<", ">") else TEXT))
    picture = [bytearray(CARD[0]) for _ in range(CARD[1])]
    _fill(picture, 0, 48, CARD[0], 2, BAR)
    for number in range(3):
        _fill(picture, MARGIN + 28 * number, 18, 14, 14, BAR)
    y = 84
    for line in lines:
        if y + HEIGHT * line.scale > CARD[1] - 72:
            break
        _write(picture, MARGIN, y, line)
        y += (HEIGHT + 1) * line.scale
    _write(picture, MARGIN, CARD[1] - 56, Line((drawable(figures) or "")[:59], 3, GREEN))
    return png(picture, PALETTE)


def _write(picture: list[bytearray], x: int, y: int, line: Line) -> None:
    for letter in line.text:
        for column, bits in enumerate(columns(letter)):
            for row in range(8):
                if bits >> row & 1:
                    place = (x + column * line.scale, y + row * line.scale)
                    _fill(picture, *place, line.scale, line.scale, line.colour)
        x += WIDTH * line.scale


def _fill(picture: list[bytearray], x: int, y: int, width: int, height: int, colour: int) -> None:
    width = min(width, len(picture[0]) - x)
    for row in picture[y : y + height]:
        row[x : x + width] = bytes([colour]) * width


def png(rows: Sequence[bytearray], palette: Sequence[str]) -> bytes:
    """Return rows of pixels as a PNG file.

    Args:
        rows: of one length; a byte a pixel, its place in the palette.
        palette: colours, such as "#1b1f24".
    """
    # Source: the PNG specification, sections 5 and 11 (W3C, third edition).
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    colours = b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in palette)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(given: tuple[bytes, bytes]) -> bytes:
    kind, data = given
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
