"""A stream that is faster than its UI: what a bounded queue between them does, as a value.

No I/O and no clock. What runs is in queue_runs; here is what it measured, and what that
means in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.streams.backpressure import WhenFull

__all__ = ["HEADER", "POLICIES", "Curve", "Sample", "corners", "row", "sentence", "table"]

# What a full queue may do with the next event.
POLICIES: dict[WhenFull, str] = {
    "wait": "Wait: the stream waits for the UI",
    "drop": "Drop: what doesn't fit is lost",
    "coalesce": "Coalesce: neighbours become one",
}

HEADER = (
    "when full",
    "tokens shown",
    "lost",
    "merged",
    "deepest",
    "behind at most",
    "UI done",
)


@dataclass(frozen=True)
class Sample:
    """How things stand at one moment.

    Attributes:
        at: when, in seconds since the request.
        depth: how many events the queue holds.
        shown: how many tokens the UI has shown.
        dropped: how many events the queue has thrown away.
        merged: how many events it has made part of another.
        behind: for how long the token that was shown last had been written by then, in
            seconds.
    """

    at: float = 0.0
    depth: int = 0
    shown: int = 0
    dropped: int = 0
    merged: int = 0
    behind: float = 0.0


@dataclass(frozen=True)
class Curve:
    """One run of the stream through a queue, as far as it has come.

    Attributes:
        policy: what the queue does when it is full, one of POLICIES.
        state: ready, running, done, stopped or failed.
        samples: in the order of time; the last one is how things stand now.
        tail: the end of what the UI shows.
        deepest: the most events that the queue has held.
        behind: the most that the UI was behind, in seconds.
        written: when the model writes its last token, by its pace, in seconds.
        ended: when the UI had shown all, or stopped, in seconds.
        problem: one sentence on what went wrong.
    """

    policy: WhenFull
    state: str = "ready"
    samples: tuple[Sample, ...] = ()
    tail: str = ""
    deepest: int = 0
    behind: float = 0.0
    written: float | None = None
    ended: float | None = None
    problem: str = ""

    @property
    def now(self) -> Sample:
        """How things stand."""
        return self.samples[-1] if self.samples else Sample()


def corners(samples: Sequence[Sample]) -> list[tuple[float, int]]:
    """Return (seconds, depth) pairs, without those that lie on a level line."""
    kept: list[tuple[float, int]] = []
    for place, sample in enumerate(samples):
        around = samples[max(place - 1, 0) : place + 2]
        if place in (0, len(samples) - 1) or len({one.depth for one in around}) > 1:
            kept.append((sample.at, sample.depth))
    return kept


def row(curve: Curve) -> list[str]:
    """Return a run's row of the table, as HEADER names its cells."""
    if curve.state == "ready":
        return [curve.policy, *["–"] * (len(HEADER) - 1)]
    now = curve.now
    last = "…" if curve.ended is None else f"after {curve.ended:.1f} s"
    return [
        curve.policy,
        f"{now.shown:,}",
        f"{now.dropped:,}",
        f"{now.merged:,}",
        f"{curve.deepest}",
        f"{curve.behind:.1f} s",
        last if curve.state in ("running", "done") else f"{curve.state} {last}",
    ]


def table(curves: Sequence[Curve]) -> list[list[str]]:
    """Return the numbers of all runs, their header first."""
    return [list(HEADER), *map(row, curves)]


def sentence(curve: Curve) -> str:
    """Say in a few words what became of a run."""
    match curve.state:
        case "ready":
            return "Not started."
        case "running":
            return "Running."
        case "stopped":
            return f"Stopped after {curve.ended or 0:.1f} s."
        case "failed":
            return f"✕ Failed after {curve.ended or 0:.1f} s: {curve.problem}"
    end = f"Done {(curve.ended or 0.0) - (curve.written or 0.0):.1f} s after the model."
    if curve.policy == "drop":
        return f"✕ {curve.now.dropped:,} tokens lost. {end}"
    return f"✓ Nothing lost. {end}"
