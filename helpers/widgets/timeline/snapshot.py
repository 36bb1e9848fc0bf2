"""The timeline as a picture: the one drawing, at rest and in motion.

The live view shows these same pictures, frame by frame, and recolours them for a dark
theme by their colours' names in look.py.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from helpers.svg import look, snapshot
from helpers.widgets.timeline.legend import SMALL, hatch, legend
from helpers.widgets.timeline.model import Bar, Timeline, calls
from helpers.widgets.timeline.words import NOTHING, Track, measure_loss, tell

__all__ = ["draw", "span_for"]

LEFT, RIGHT = 124.0, 684.0
TOP = 54.0  # below the clock and the marks
LEGEND = 26.0
THICK = 14.0  # a bar's height


def span_for(seconds: float) -> float:
    """Return the length of a clock on which so many seconds fit, with room for a label."""
    least = max(seconds, 0.5) * 1.12
    nice = (span for span in (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30) if span >= least)
    return float(next(nice, 60 * ceil(least / 60)))


# The picture


def draw(
    tracks: Sequence[Track],
    *,
    span: float,
    now: float | None = None,
    calls_expected: int = 0,
    thinks: bool = False,
) -> str:
    """Return runs on one clock, as SVG.

    Args:
        tracks: one run in full, or several below each other.
        span: seconds that the clock shows.
        now: where the clock stands, while it runs.
        calls_expected: lanes to keep for tool calls, so that the picture doesn't grow.
        thinks: whether to keep a lane for thinking.
    """
    compact = len(tracks) > 1
    picture = _Picture(span, now, lane=20.0 if compact else 24.0)
    lanes = max([calls_expected, *(len(calls(track.timeline)) for track in tracks)])
    thinks = thinks or any(bar.kind == "thinking" for t in tracks for bar in t.timeline.bars)
    below: list[str] = []
    y = TOP
    for track in tracks:
        part, y = picture.track(track, y, lanes, compact, thinks)
        below += part
    text_bottom = TOP if compact else TOP + picture.lane * (2 + thinks)
    parts = [
        *picture.clock(y),
        *picture.ideal(tracks, y),
        *picture.marks(_pick_run(tracks), text_bottom, y),
        *below,
        *picture.now_line(y),
        *legend(y + 18, thinks),
    ]
    title = "Timeline" if not compact else "Timelines: " + ", ".join(t.name for t in tracks)
    return snapshot.picture(y + LEGEND + 4, title, tell(tracks), parts)


def _pick_run(tracks: Sequence[Track]) -> Timeline:
    """Return the run whose marks are drawn.

    Of several, the one that has come furthest, and only its first turn: up to there the
    marks of all of them are the same.
    """
    if len(tracks) == 1:
        return tracks[0].timeline
    one = max((track.timeline for track in tracks), key=lambda timeline: len(timeline.marks))
    return replace(one, marks=tuple(mark for mark in one.marks if mark.turn == 1))


class _Picture:
    """Places on the clock, and what is drawn there."""

    def __init__(self, span: float, now: float | None, lane: float) -> None:
        self.span = span
        self.lane = lane  # its height
        self.now = now
        self.taken: list[tuple[float, float]] = []  # by names above the lanes

    def x(self, at: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(max(at / self.span, 0.0), 1.0)

    def label(self, words: str, y: float, colour: str = look.INK) -> str:
        words = words if len(words) <= 15 else words[:14] + "…"
        return snapshot.text(16, y + self.lane / 2 + 4.5, words, fill=colour)

    def clock(self, bottom: float) -> list[str]:
        step = next((s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 30) if self.span / s <= 10), 60.0)
        parts = []
        for tick in range(int(self.span / step + 1e-9) + 1):
            x = self.x(tick * step)
            parts += [
                snapshot.line(x, 26, x, bottom),
                snapshot.text(
                    x, 20, f"{tick * step:g} s", fill=look.INK_2, size=SMALL, anchor="middle"
                ),
            ]
        return parts

    def now_line(self, bottom: float) -> list[str]:
        if self.now is None:
            return []
        x = self.x(self.now)
        head = f"M{snapshot.number(x - 5)} 24h10l-5 7z"
        return [
            snapshot.line(x, 26, x, bottom, look.INK, stroke_width=1.5),
            f'<path d="{head}" fill="{look.INK}"/>',
        ]

    def marks(self, timeline: Timeline, text_bottom: float, bottom: float) -> list[str]:
        """Draw the moments that matter, and name those that have room for a name."""
        parts: list[str] = []
        urgent = {"retry": 0, "interrupted": 0, "message_stop": 1}
        for mark in sorted(timeline.marks, key=lambda mark: urgent.get(mark.kind, 2)):
            words, colour, dashes = _MARKS[mark.kind]
            x, to = self.x(mark.at), text_bottom if mark.kind == "first_token" else bottom
            name = self.name(x, words, colour, before=mark.kind == "message_stop")
            line = snapshot.line(x, 32 if name else TOP - 6, x, to, colour, stroke_dasharray=dashes)
            parts.append(_add_title(f"{words} at {mark.at:.2f} s {mark.words}".strip(), line, name))
        return parts

    def name(self, x: float, words: str, colour: str, *, before: bool) -> str:
        """Name a line above the lanes, on this side of it or the other; "" if there is no room."""
        width = 6.4 * len(words) + 4
        for left in (before, not before):
            room = (x - width, x) if left else (x + 2, x + width + 2)
            free = all(room[1] <= begin or room[0] >= end for begin, end in self.taken)
            if free and room[0] > LEFT and room[1] < RIGHT + 12:
                self.taken.append(room)
                side, anchor = (-4, "end") if left else (4, "start")
                return snapshot.text(x + side, 42, words, fill=colour, size=SMALL, anchor=anchor)
        return ""

    def ideal(self, tracks: Sequence[Track], bottom: float) -> list[str]:
        """Draw the line that no run can be before."""
        parts = []
        for at in sorted({track.ideal for track in tracks if track.ideal is not None}):
            x = self.x(at)
            line = snapshot.line(x, 26, x, bottom, look.ON_DONE, stroke_width=1.5)
            name = self.name(x, f"ideal {at:.1f} s", look.ON_DONE, before=False)
            parts.append(_add_title(f"ideal finish at {at:.2f} s", line, name))
        return parts

    def track(
        self, track: Track, y: float, lanes: int, compact: bool, thinks: bool
    ) -> tuple[list[str], float]:
        """Draw a run from y on; return its parts and where it ends."""
        timeline, parts = track.timeline, []
        bars = timeline.bars
        if compact:
            parts.append(snapshot.line(16, y, RIGHT, y))
            parts.append(snapshot.text(16, y + 17, track.name, fill=look.INK, bold=True))
            y += 22
            rows = [
                ("answer", [bar for bar in bars if bar.kind in ("waiting", "thinking", "text")])
            ]
        else:
            rows = [("request", [bar for bar in bars if bar.kind == "waiting"])]
            if thinks:
                rows.append(("thinking", [bar for bar in bars if bar.kind == "thinking"]))
            rows.append(("text", [bar for bar in bars if bar.kind == "text"]))
        for name, row in rows:
            parts.append(self.label(name, y))
            for bar in row:
                parts += self.bar(bar, y)
            y += self.lane
        pairs = calls(timeline)
        for place in range(lanes):
            if place < len(pairs):
                parts += self.call(*pairs[place], y)
            else:
                parts.append(self.label("tool", y, look.INK_2))
            y += self.lane
        if not compact:
            parts.append(self.label("turns", y))
            for turn in timeline.turns:
                parts += self.turn(turn.number, turn.began, turn.ended or self.end(timeline), y)
            y += self.lane
        return parts + self.finish(track, y), y + self.lane

    def end(self, timeline: Timeline) -> float:
        """Return where what is still open ends: at the end of the run, or now."""
        if timeline.ended is not None:
            return timeline.ended
        return self.now if self.now is not None else self.span

    def bar(self, bar: Bar, y: float) -> list[str]:
        """Draw what comes from the model, or the wait for it."""
        until = bar.ended if bar.ended is not None else self.now or bar.began
        x, width = self.x(bar.began), max(self.x(until) - self.x(bar.began), 2.0)
        top = y + (self.lane - THICK) / 2
        faint: dict[str, str | float] = {"opacity": 0.35} if bar.state == "superseded" else {}
        shapes: list[str] = []
        match bar.kind:
            case "waiting":
                shapes.append(
                    snapshot.rect(
                        x + 0.5, top + 0.5, width - 1, THICK - 1, look.GROUND,
                        stroke=look.INK_2, stroke_dasharray="3 3",
                    )
                )  # fmt: skip
            case "thinking":
                shapes.append(
                    snapshot.line(
                        x + 4, y + self.lane / 2, max(x + width - 4, x + 4.1), y + self.lane / 2,
                        look.THINKING, stroke_width=8, stroke_linecap="round",
                        stroke_dasharray="0.1 11", **faint,
                    )
                )  # fmt: skip
            case "text":
                shapes.append(
                    snapshot.rect(x, top + 5, width, THICK - 10, look.TEXT, fill_opacity=0.35)
                )
                for begin, stop in bar.pieces:
                    left = self.x(begin)
                    wide = max(self.x(stop) - left, 2.0)
                    shapes.append(snapshot.rect(left, top, wide, THICK, look.TEXT, **faint))
            case "input" if bar.state == "done":
                shapes.append(snapshot.rect(x, top, width, THICK, look.TOOL))
            case "input":
                shapes.append(
                    snapshot.rect(
                        x + 0.5, top + 0.5, max(width - 1, 1), THICK - 1, look.GROUND,
                        stroke=look.TOOL, **faint,
                    )
                )  # fmt: skip
                shapes.append(hatch(x, top, width, THICK))
        if bar.state == "cut":
            shapes.append(
                snapshot.text(x + width + 3, y + self.lane / 2 + 5, "✕", fill=look.ON_FAILED)
            )
        return [_add_title(_says(bar, until), *shapes)]

    def call(self, written: Bar, run: Bar | None, y: float) -> list[str]:
        """Draw a call: its input, the wait for its tool, and the tool's run."""
        parts = [self.label(written.name, y), *self.bar(written, y)]
        top, middle = y + (self.lane - THICK) / 2, y + self.lane / 2
        waits_until = run.began if run else self.now
        if written.ready is not None and waits_until and waits_until - written.ready > NOTHING:
            start, stop = self.x(written.ready) + 2, self.x(waits_until)
            line = snapshot.line(
                start, middle, stop, middle, look.INK_2, stroke_width=1.5, stroke_dasharray="1 4"
            )
            parts.append(
                _add_title(f"waits {waits_until - written.ready:.2f} s for its start", line)
            )
        if run is None:
            return parts
        until = run.ended if run.ended is not None else self.now or run.began
        x = self.x(run.began)
        width = max(self.x(until) - x, 3.0)
        outline = snapshot.rect(
            x + 1, top + 1, max(width - 2, 1), THICK - 2, look.GROUND,
            stroke=look.TOOL, stroke_width=2,
        )  # fmt: skip
        argument = _argument(written)
        inside = ""
        if 6.6 * len(argument) + 10 < width:
            inside = snapshot.text(
                x + 7, y + self.lane / 2 + 4, argument, fill=look.ON_TOOL, size=look.AXIS_SIZE
            )
        parts.append(_add_title(_says(run, until), outline, inside))
        if run.ended is not None:
            sign, colour = ("✓", look.ON_DONE) if run.state == "done" else ("✕", look.ON_FAILED)
            words = f"{sign} {until - run.began:.1f} s"
            if x + width + 6.6 * len(words) + 4 < RIGHT + 12:
                parts.append(
                    snapshot.text(
                        x + width + 5, y + self.lane / 2 + 4.5, words, fill=colour, size=SMALL
                    )
                )
        return parts

    def turn(self, number: int, began: float, ended: float, y: float) -> list[str]:
        """Draw a turn as a bracket with its number."""
        x, to, middle = self.x(began) + 1, self.x(ended) - 1, y + self.lane / 2
        words = f"turn {number}" if to - x > 44 else str(number)
        half = 3.4 * len(words) + 4
        centre = (x + to) / 2
        return [
            snapshot.line(x, middle - 5, x, middle + 5, look.INK_2, stroke_width=1.5),
            snapshot.line(to, middle - 5, to, middle + 5, look.INK_2, stroke_width=1.5),
            snapshot.line(x, middle, max(centre - half, x), middle, look.INK_2),
            snapshot.line(min(centre + half, to), middle, to, middle, look.INK_2),
            snapshot.text(
                centre, middle + 4.5, words, fill=look.INK_1, size=SMALL, anchor="middle"
            ),
        ]

    def finish(self, track: Track, y: float) -> list[str]:
        """Draw how far the end is from the ideal, the one number of this picture."""
        timeline, missed = track.timeline, measure_loss(track)
        middle, base = y + self.lane / 2, y + self.lane / 2 + 5
        if timeline.ended is None:
            return []
        if missed is None or track.ideal is None:
            colour = look.ON_FAILED if timeline.state == "failed" else look.INK_1
            word = timeline.ending.label if timeline.ending is not None else timeline.state
            words = f"{word} at {timeline.ended:.1f} s"
            return [self.words_at(self.x(timeline.ended), base, words, colour)]
        at, to = self.x(track.ideal), self.x(timeline.ended)
        if missed < NOTHING:
            words, colour = f"✓ done at {timeline.ended:.1f} s: the ideal", look.ON_DONE
            return [self.words_at(min(at, to), base, words, colour)]
        return [
            snapshot.line(at, middle, to, middle, look.FAILED, stroke_width=3),
            snapshot.line(to, y + 3, to, y + self.lane - 3, look.FAILED, stroke_width=3),
            self.words_at(
                at, base, f"done at {timeline.ended:.1f} s, {missed:.1f} s after the ideal",
                look.ON_FAILED,
            ),
        ]  # fmt: skip

    def words_at(self, x: float, base: float, words: str, colour: str) -> str:
        """Write beside a place, before it if there is room."""
        side = -6 if x - 7.2 * len(words) - 8 > 16 else 6
        return snapshot.text(
            x + side, base, words, fill=colour, bold=True, anchor="end" if side < 0 else "start"
        )


_MARKS = {
    "first_token": ("first token", look.ON_TEXT, "2 3"),
    "message_stop": ("message_stop", look.INK_2, "6 3"),
    "retry": ("✕ asked again", look.ON_FAILED, "2 3"),
    "interrupted": ("interrupted", look.INK_1, "2 3"),
}


def _add_title(words: str, *shapes: str) -> str:
    """Group shapes under words that a page shows when they are pointed at."""
    return "<g>" + snapshot.title(words) + "".join(shapes) + "</g>"


def _says(bar: Bar, until: float) -> str:
    """Return what is read when a bar is pointed at."""
    what = {"input": f"input of {bar.name}", "run": f"{bar.name} runs"}.get(bar.kind, bar.kind)
    words = bar.words if len(bar.words) <= 80 else bar.words[:79] + "…"
    times = f"{bar.began:.2f} s to {until:.2f} s, {until - bar.began:.2f} s"
    return f"{what}, {times}" + (f": {words}" if words and bar.kind != "waiting" else "")


def _argument(written: Bar) -> str:
    """Return the first argument of a call: mostly it says which call this is."""
    try:
        value = next(iter(json.loads(written.words or "{}").values()), "")
    except (ValueError, AttributeError):
        return ""
    return " ".join(str(value).split())[:40]
