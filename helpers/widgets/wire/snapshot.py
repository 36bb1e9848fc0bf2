"""The wire view's snapshot: the first lines of a recording, its chunks and its events."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from helpers.svg import look
from helpers.svg.snapshot import WIDTH, line, number, picture, rect, text, wrap_words
from helpers.widgets.wire.model import Cell, Chunk, Line, Span, WireModel

__all__ = ["columns_of", "draw", "wrap_cells"]

MAX_ROWS = 16
# A line of more rows than this shows its beginning and its end.
MAX_LINE_ROWS = 3

LEFT = 50.0
ADVANCE = 7.5
COLUMNS = int((WIDTH - LEFT - 12) / ADVANCE)
TEXT_HEIGHT = 21.0
LABEL_HEIGHT = 14.0
LABEL_ADVANCE = 5.6

_BARS = {
    "text": (look.TEXT, 5.0, ""),
    "tool": (look.TOOL, 5.0, "3 2"),
    "thinking": (look.THINKING, 4.0, "0.1 6"),
    "failed": (look.FAILED, 5.0, ""),
    "protocol": (look.INK_2, 1.5, ""),
}
_WORDS = {
    "text": look.ON_TEXT,
    "tool": look.ON_TOOL,
    "thinking": look.ON_THINKING,
    "failed": look.ON_FAILED,
    "protocol": look.INK_2,
}


class Row(NamedTuple):
    """One row of the picture: the bytes it shows, or a note on those it leaves out."""

    start: int  # offset of its first byte
    end: int
    span: int
    cells: Sequence[Cell]
    note: str = ""


def columns_of(cell: Cell) -> int:
    """Return how many columns a cell takes."""
    if isinstance(cell, str):
        return len(cell)
    label, _, kind = cell
    return {"end": 1, "char": 1, "wide": 2}.get(kind, len(label) + 1)


def _bytes_of(cell: Cell) -> int:
    return len(cell) if isinstance(cell, str) else cell[1]


def wrap_cells(cells: Sequence[Cell], columns: int) -> list[list[Cell]]:
    """Break a line of cells into rows of at most so many columns."""
    rows: list[list[Cell]] = [[]]
    room = columns
    for cell in cells:
        while isinstance(cell, str) and len(cell) > room:
            if room:
                rows[-1].append(cell[:room])
            cell = cell[room:]
            rows.append([])
            room = columns
        if columns_of(cell) > room and rows[-1]:
            rows.append([])
            room = columns
        rows[-1].append(cell)
        room -= columns_of(cell)
    return rows


def _rows(lines: Sequence[Line], ends: Sequence[int]) -> list[Row]:
    rows: list[Row] = []
    at = 0
    for wire_line in lines:
        wrapped_line = []
        for cells in wrap_cells(wire_line["cells"], COLUMNS):
            end = at + sum(map(_bytes_of, cells))
            wrapped_line.append(Row(at, end, wire_line["span"], cells))
            at = end
        if len(wrapped_line) > MAX_LINE_ROWS:
            first, last = wrapped_line[0], wrapped_line[-1]
            cuts = bisect_left(ends, last.start) - bisect_right(ends, first.end)
            hidden = last.start - first.end
            note = f"… {hidden:,} more bytes of this line" + (
                f", in {cuts + 1:,} chunks …" if cuts > 0 else " …"
            )
            wrapped_line = [first, Row(first.end, last.start, first.span, [], note), last]
        rows += wrapped_line
        if len(rows) > MAX_ROWS:
            # Rather one event less than half of one.
            whole = [row for row in rows if row.span < rows[-1].span]
            return whole[:MAX_ROWS] or rows[:MAX_ROWS]
    return rows


def _column(row: Row, offset: int) -> int:
    """Return the column where a byte of this row starts; its end is the row's end."""
    column, at = 0, row.start
    for cell in row.cells:
        if offset < at + _bytes_of(cell):
            return column + (offset - at if isinstance(cell, str) else 0)
        column += columns_of(cell)
        at += _bytes_of(cell)
    return column


def _labels(
    row: Row, chunks: Sequence[tuple[int, Chunk]], timed: bool
) -> list[tuple[float, str, str]]:
    """Return the words under a row, as (x, words, colour), those that find room."""
    labels: list[tuple[float, str, str]] = []
    free = LEFT
    for index, chunk in chunks:
        starts, ends = chunk["start"] >= row.start, chunk["end"] <= row.end
        cut = "cut inside a character" if ends and chunk["cut"] == "character" else ""
        if not starts and not cut:
            continue
        x1 = LEFT + _column(row, max(chunk["start"], row.start)) * ADVANCE
        x2 = LEFT + _column(row, min(chunk["end"], row.end)) * ADVANCE
        if (index, chunk) == chunks[-1]:
            x2 = WIDTH - 12.0
        size = f"{chunk['end'] - chunk['start']:,} B"
        full = f"chunk {index + 1} · {size}" + (f" · {chunk['at']:.2f} s" if timed else "")
        for words in [cut] if cut else [full, size]:
            width = len(words) * LABEL_ADVANCE
            x = min(x1, WIDTH - 12 - width)
            if x >= free and (cut or width <= x2 - x1 + 6):
                labels.append((x, words, look.ON_FAILED if cut else look.INK_2))
                free = x + width + 6
                break
    return labels


def _facts(model: WireModel) -> str:
    """Return the chunks in brief."""
    chunks = model["chunks"]
    sizes = sorted(chunk["end"] - chunk["start"] for chunk in chunks)
    words = f"Chunks of {sizes[0]:,} to {sizes[-1]:,} bytes (median {sizes[len(sizes) // 2]:,})"
    if sizes[0] == sizes[-1]:
        words = f"Chunks of {sizes[0]:,} bytes"
    if model["timed"]:
        words += f"; the first came at {chunks[0]['at']:.2f} s"
    for cut in ("line", "character"):
        count = sum(chunk["cut"] == cut for chunk in chunks)
        if count:
            words += f"; {count:,} {'ends' if count == 1 else 'end'} inside a {cut}"
    return words + "."


def draw(model: WireModel, title: str = "") -> str:
    """Return the first lines of the recording as SVG, and what there is in all."""
    chunks, spans = model["chunks"], model["spans"]
    head = title or "Bytes on the wire"
    if not chunks:
        return picture(48, head, "Nothing was recorded.", [text(12, 29, "Nothing was recorded.")])
    ends = [chunk["end"] for chunk in chunks]
    counts = (
        f"{model['chunk_count']:,} chunks, {model['size']:,} bytes, {model['event_count']:,} events"
        + (f" in {chunks[-1]['at']:.2f} s" if model["timed"] else "")
    )
    y = 26.0
    parts = [
        text(12, y, head, fill=look.INK, bold=True),
        text(WIDTH - 12, y, counts, fill=look.INK_2, anchor="end"),
    ]
    y += 12
    rows = _rows(model["lines"], ends)
    tops: dict[int, tuple[float, float]] = {}
    for position, row in enumerate(rows):
        if position and row.span != rows[position - 1].span:
            parts.append(line(LEFT, y + 0.5, WIDTH - 12, y + 0.5))
            y += 4
        top = y
        if row.note:
            parts.append(text(LEFT, y + 14, row.note, fill=look.INK_2, size=look.AXIS_SIZE))
            y += TEXT_HEIGHT
        else:
            first = bisect_right(ends, row.start)
            last = bisect_left(ends, row.end)
            inside = list(enumerate(chunks[first : last + 1], start=first))
            parts += _bytes(row, y)
            parts += [part for _, chunk in inside for part in _bracket(row, chunk, y)]
            if row.end == spans[row.span]["end"]:
                parts += _outcome(row, spans[row.span], y)
            y += TEXT_HEIGHT
            labels = _labels(row, inside, model["timed"])
            for x, words, colour in labels:
                parts.append(text(x, y + 9, words, fill=colour, size=10))
            y += LABEL_HEIGHT if labels else 0
        begin = tops[row.span][0] if row.span in tops else top
        tops[row.span] = (begin, y)
    for span, (begin, end) in tops.items():
        parts += _bar(spans[span], begin, end)
    left = model["size"] - rows[-1].end
    y += 18
    if left:
        parts.append(text(LEFT, y, f"… {left:,} more bytes", fill=look.INK_2, size=look.AXIS_SIZE))
        y += 16
    legend = (
        "Brackets under the bytes are network chunks; bars on the left are events, which end at a "
        "blank line. "
    ) + _facts(model)
    for words in wrap_words(legend, 115):
        parts.append(text(12, y, words, fill=look.INK_2, size=look.AXIS_SIZE))
        y += 15
    return picture(y, head, f"{head}: {counts}. {legend}", parts)


def _bytes(row: Row, y: float) -> list[str]:
    parts = []
    x = LEFT
    for cell in row.cells:
        width = columns_of(cell) * ADVANCE
        if isinstance(cell, str):
            parts.append(
                text(x, y + 14, cell, fill=look.INK, size=look.CODE_SIZE, code=True, length=width)
            )
        else:
            label, _, kind = cell
            if kind in ("tag", "hex"):
                colour = look.FAILED if kind == "hex" else look.INK_2
                parts.append(rect(x + 0.5, y + 3, width - 2, 14, stroke=colour, rx=2))
            parts.append(
                text(
                    x + width / 2 - (0.5 if kind in ("tag", "hex") else 0),
                    y + 14,
                    label,
                    fill={"end": look.INK_2, "hex": look.ON_FAILED}.get(kind, look.INK),
                    size=look.CODE_SIZE if kind in ("end", "char", "wide") else 11,
                    code=True,
                    anchor="middle",
                )
            )
        x += width
    return parts


def _bracket(row: Row, chunk: Chunk, y: float) -> list[str]:
    start, end = max(chunk["start"], row.start), min(chunk["end"], row.end)
    x1 = LEFT + _column(row, start) * ADVANCE + 1
    x2 = LEFT + _column(row, end) * ADVANCE - 1
    base = y + 19.5
    path = (f"M{number(x1)} {number(base - 4)}V" if chunk["start"] >= row.start else "M") + (
        f"{number(base)}H{number(x2)}"
        if chunk["start"] >= row.start
        else f"{number(x1)} {number(base)}H{number(x2)}"
    )
    if chunk["end"] <= row.end:
        path += f"V{number(base - 4)}"
    cut = chunk["cut"] == "character" and chunk["end"] <= row.end
    parts = [f'<path d="{path}" fill="none" stroke="{look.INK_2}"/>']
    if cut:
        parts.append(line(x2 + 1, y + 1, x2 + 1, base, look.FAILED, stroke_width=2))
    return parts


def _outcome(row: Row, span: Span, y: float) -> list[str]:
    x = LEFT + (_column(row, row.end) + 1.5) * ADVANCE
    words = f"event {span['number']}: {span['name']} {span['brief']}".rstrip()
    if span["kind"] == "comment":
        words = "a comment: no event"
    elif span["kind"] == "nothing":
        words = "no data: no event"
    elif span["kind"] == "unfinished":
        words = "the stream ends here: no event"
    room = int((WIDTH - 12 - x) / 6.2)
    if room < 12:
        return []
    if len(words) > room:
        words = words[: room - 1] + "…"
    mark = "✕ " if span["meaning"] == "failed" else "→ "
    return [text(x, y + 14, mark + words, fill=_WORDS[span["meaning"]], size=look.AXIS_SIZE)]


def _bar(span: Span, begin: float, end: float) -> list[str]:
    colour, width, dashes = _BARS[span["meaning"]]
    if span["kind"] != "event":
        dashes = "2 3"
    more: dict[str, str | float] = {"stroke_width": width}
    if dashes:
        more["stroke_dasharray"] = dashes
    if span["meaning"] == "thinking":
        more["stroke_linecap"] = "round"
    parts = [line(40, begin + 3, 40, end - 3, colour, **more)]
    if span["number"]:
        parts.append(
            text(
                32,
                begin + 14,
                str(span["number"]),
                fill=_WORDS[span["meaning"]],
                size=look.AXIS_SIZE,
                anchor="end",
            )
        )
    return parts
