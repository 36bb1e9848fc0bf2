"""The timeline: a run on one clock, live; or several of them, to be compared."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import traitlets

from helpers.render.endings import DONE, Ending, failure
from helpers.render.run_state import RunState
from helpers.widgets.problems import problem_of
from helpers.widgets.running import PictureView
from helpers.widgets.timeline.model import Timeline, calls, ideal_finish, timeline_of
from helpers.widgets.timeline.snapshot import draw, span_for
from helpers.widgets.timeline.words import Track, rows, sentence, tell
from helpers.widgets.view import assets

__all__ = ["Run", "TimelineView"]

ALL = "all"


@dataclass(frozen=True)
class Run:
    """One run that the view can show.

    Attributes:
        open: gives its events; called at each Start.
        name: what it is called among others.
        expected: its timeline, known beforehand; the snapshot and the text alternative show it.
        ideal: when it would be over at the earliest, known beforehand.
    """

    open: Callable[[], AsyncGenerator[Any]]
    name: str = ""
    expected: Timeline = field(default_factory=Timeline)
    ideal: float | None = None


class TimelineView(PictureView):
    """Lanes that fill while a run goes on, with Start and Stop.

    Args:
        runs: what can be run, by an id; several are stacked on one clock.
        title: what the view is called for a screen reader.
        at_most: the most that a run can cost, in US dollars.
        autostart: whether to start at once, without a click.
    """

    _esm, _css = assets("timeline").values()
    frames_per_second = 15  # bars grow slowly
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        runs: Mapping[str, Run],
        *,
        title: str = "Timeline",
        at_most: float | None = None,
        autostart: bool = False,
    ) -> None:
        self._known = dict(runs)
        self._runs_of: dict[str, RunState] = {}  # of those that have been started
        self._chosen = ALL
        self._started: tuple[str, ...] = ()  # by the last Start
        expected = [run.expected for run in runs.values()]
        longest = max((timeline.ended or 0.0 for timeline in expected), default=0.0)
        self._span = span_for(longest or 6.0)
        known_calls = max((len(calls(timeline)) for timeline in expected), default=0)
        self._lanes = known_calls if longest else 2
        self._thinks = any(bar.kind == "thinking" for one in expected for bar in one.bars)
        choices = [[id, run.name] for id, run in runs.items()] if len(runs) > 1 else []
        super().__init__(
            setup={"title": title, "choices": choices, "at_most": at_most},
            state=self._state_now(),
        )
        if autostart:
            self.start()

    @property
    def timeline(self) -> Timeline:
        """What has happened so far, in the first run if there are several."""
        return next(iter(self.timelines.values()))

    @property
    def timelines(self) -> dict[str, Timeline]:
        """What has happened so far in each run."""
        runs = self._runs_of
        return {id: timeline_of(runs[id]) if id in runs else Timeline() for id in self._known}

    def snapshot(self) -> str:
        """Return the picture of the expected runs, as SVG."""
        return self._draw(self._preview())

    def text_alternative(self) -> str:
        """Return the expected runs in words."""
        return tell(self._preview())

    def choose(self, id: str) -> None:
        """Say which run Start starts: one of their ids, or "all".

        Raises:
            ValueError: there is no such run.
        """
        if id != ALL and id not in self._known:
            raise ValueError(f"There is no run {id!r}: {ALL}, {', '.join(self._known)}.")
        self._chosen = id

    def _preview(self) -> list[Track]:
        return [
            Track(run.name, run.expected, self._ideal_of(run, run.expected))
            for run in self._known.values()
        ]

    def _tracks(self) -> list[Track]:
        # At rest nothing is given away: there, too, only a run shows its goal.
        timelines = self.timelines
        ideals = {
            id: None if timelines[id].state == "ready" else self._ideal_of(run, timelines[id])
            for id, run in self._known.items()
        }
        if len(ideals) > 1:  # one line for all that are compared
            known = [ideal for ideal in ideals.values() if ideal is not None]
            ideals = dict.fromkeys(ideals, max(known, default=None))
        return [Track(run.name, timelines[id], ideals[id]) for id, run in self._known.items()]

    def _ideal_of(self, run: Run, timeline: Timeline) -> float | None:
        if run.ideal is None:
            return ideal_finish(timeline)
        # What it took to connect is no fault of the tools.
        late = (_first_token(timeline) or 0.0) - (_first_token(run.expected) or 0.0)
        return run.ideal + max(late, 0.0)

    def _runs(self) -> bool:
        return any(run.ending is None for run in self._runs_of.values())

    def _begin(self) -> None:
        self._started = tuple(self._known) if self._chosen == ALL else (self._chosen,)
        self._runs_of |= {id: RunState() for id in self._started}

    async def _work(self) -> None:
        await asyncio.gather(*(self._follow(id) for id in self._started))

    def _end(self, how: Ending | None) -> None:
        if how is not None:
            for id in self._started:  # one that ended before keeps its own end
                self._runs_of[id].end(how, self._clock())

    async def _follow(self, id: str) -> None:
        try:
            async with aclosing(self._known[id].open()) as events:
                async for event in events:
                    if not any(self._runs_of[one].turns for one in self._started):
                        self._began = time.monotonic()  # before that, nothing was asked
                    self._runs_of[id].take(event, self._clock())
        except Exception as error:  # whatever a learner's code raises ends in one sentence
            self._runs_of[id].end(failure(problem_of(error)), self._clock())
        run = self._runs_of[id]
        # Those that are compared may be left after a turn: then that is their end.
        turn_ended = run.turns[-1].ended if len(self._known) > 1 and run.turns else None
        run.end(DONE, self._clock() if turn_ended is None else turn_ended)

    # What the page gets

    def _state_now(self) -> dict[str, Any]:
        tracks, running = self._tracks(), self._runs()
        words = [
            f"{track.name}: {sentence(track)}" if track.name else sentence(track)
            for track in tracks
        ]
        ended = [track.timeline.ended or 0.0 for track in tracks]
        return {
            "svg": self._draw(tracks, self._clock() if running else None),
            "rows": rows(tracks),
            "words": ["Running."] if running else words,
            "running": running,
            "begun": any(track.timeline.state != "ready" for track in tracks),
            "clock": self._clock() if running else max(ended),
        }

    def _draw(self, tracks: list[Track], now: float | None = None) -> str:
        latest = max([now or 0.0, *(track.timeline.ended or 0.0 for track in tracks)])
        return draw(
            tracks,
            span=self._span if latest <= self._span else span_for(latest),
            now=now,
            calls_expected=self._lanes,
            thinks=self._thinks,
        )

    def _receive(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        match message:
            case {"op": "choose", "run": str(id)} if id == ALL or id in self._known:
                self.choose(id)
            case _:
                super()._receive(widget, message, buffers)


def _first_token(timeline: Timeline) -> float | None:
    return next((mark.at for mark in timeline.marks if mark.kind == "first_token"), None)
