"""Runs on a clock in words: a sentence each, and the table; the timeline's text alternative."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.render.endings import STOPPED
from helpers.widgets.timeline.model import Timeline, table

__all__ = ["NOTHING", "Track", "measure_loss", "rows", "sentence", "tell"]

# Less than this is no loss: connecting, and a stream's own jitter, take as long.
NOTHING = 0.15


HEADER = ("turn", "what", "from", "to", "takes")


@dataclass(frozen=True)
class Track:
    """One run on the clock.

    Attributes:
        name: what it is called among others; "" if it is the only one.
        timeline: what has happened in it.
        ideal: when it would have ended had no tool ever waited, if that is known.
    """

    name: str
    timeline: Timeline
    ideal: float | None = None


def measure_loss(track: Track) -> float | None:
    """Return by how many seconds a run missed its ideal; None if it isn't done."""
    ended = track.timeline.ended
    if track.ideal is None or ended is None or track.timeline.state != "done":
        return None
    return ended - track.ideal


def sentence(track: Track) -> str:
    """Return in one sentence how far a run is."""
    timeline, missed = track.timeline, measure_loss(track)
    turns = f" in {len(timeline.turns)} turns" if len(timeline.turns) > 1 else ""
    match timeline.state:
        case "ready":
            return "Not started."
        case "running":
            return "Running."
        case "stopped" if timeline.ending == STOPPED:
            return f"Stopped after {timeline.ended or 0:.1f} s."
        case "stopped" | "failed" if timeline.ending is not None:
            how = timeline.ending
            word = how.word.capitalize()
            return f"{how.sign} {word} after {timeline.ended or 0:.1f} s: {how.sentence}"
    done = f"✓ Done after {timeline.ended or 0:.1f} s{turns}"
    if missed is None:
        return f"{done}."
    return f"{done}: the ideal." if missed < NOTHING else f"{done}, {missed:.1f} s after the ideal."


def rows(tracks: Sequence[Track]) -> list[list[str]]:
    """Return the table, its header first."""
    if len(tracks) == 1:
        return [list(HEADER), *(list(row) for row in table(tracks[0].timeline))]
    named = [[track.name, *row[1:]] for track in tracks for row in table(track.timeline)]
    return [["run", *HEADER[1:]], *named]


def tell(tracks: Sequence[Track]) -> str:
    """Return runs in words: a sentence each, and the table."""
    lines = [
        f"{track.name}: {sentence(track)}" if track.name else f"Timeline: {sentence(track)}"
        for track in tracks
    ]
    cells = rows(tracks)
    if len(cells) > 1:
        widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
    return "\n".join(lines)
