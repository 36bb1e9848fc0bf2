"""Agents' runs as lanes of words and cards.

    board = fold(timed_events)        # (seconds, (name of the agent, AgentEvent)) pairs

Each lane is a run, as `render.run_state` reads it. No I/O and no clock: times are arguments.
What stands in a lane is only ever added to or changed in place, so a page can follow with small
updates.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from helpers.render.endings import DONE, STOPPED, Ending
from helpers.render.run_parts import Block, Item, Note, ToolRun
from helpers.render.run_state import RunState

__all__ = ["Board", "Lane", "about_call", "fold", "readable"]

# What a person is shown of a result; the model gets all of it.
LONGEST_RESULT = 600


@dataclass
class Lane:
    """One agent: what it was asked, and all that has come of it.

    Attributes:
        name: the agent's; empty if there is only one.
        task: what it was asked, if that was told.
        run: its run.
    """

    name: str = ""
    task: str = ""
    run: RunState = field(default_factory=RunState)

    @property
    def state(self) -> str:
        """waiting, running, done, failed or stopped (short of its end, by whomever)."""
        return self.run.state if self.run.turns or self.run.ending else "waiting"

    @property
    def items(self) -> list[Item]:
        """Text, thinking, cards and notes, in the order in which they began."""
        return [item for item in self.run.items if isinstance(item, Note) or item.kind != "other"]

    @property
    def problem(self) -> str:
        """What went wrong, with its sign; empty if nothing did, or a person has stopped it."""
        ending = self.run.ending
        return "" if ending in (None, STOPPED) else ending.note


@dataclass
class Board:
    """All that has happened in a run, or in the runs of a team.

    Attributes:
        lanes: one for each agent.
        begun: whether it has been started.
        ended: when all was over, in seconds since the start.
        ending: how it all ended, once it has.
    """

    lanes: list[Lane] = field(default_factory=list)
    begun: bool = True
    ended: float | None = None
    ending: Ending | None = None
    problem: str = ""

    @property
    def state(self) -> str:
        """ready, running, done, failed or stopped."""
        if self.ending is not None:
            return self.ending.state
        return "running" if self.begun else "ready"

    @property
    def tokens(self) -> dict[str, int]:
        """The tokens of all lanes; of an answer that is not counted yet, about."""
        return dict(sum((Counter(lane.run.tokens) for lane in self.lanes), Counter[str]()))

    @property
    def counted(self) -> bool:
        """Whether the API has counted all of them."""
        return all(lane.run.counted for lane in self.lanes)

    @property
    def turns(self) -> int:
        """The turns of all lanes."""
        return sum(lane.run.turn for lane in self.lanes)

    def take(self, name: str, event: Any, at: float) -> None:
        """Go on by one event.

        Args:
            name: of the agent whose event it is; a new one gets a lane.
            event: an AgentEvent, or one with the same name and fields; others change nothing.
            at: when it came, in seconds since the start.
        """
        lane = next((lane for lane in self.lanes if lane.name == name), None)
        if lane is None:
            lane = Lane(name)
            self.lanes.append(lane)
        if type(event).__name__ == "Asked":
            lane.task = event.task
        lane.run.take(event, at)

    def end(self, at: float, how: Ending | None = None) -> None:
        """End it; the first end stands.

        Args:
            at: when, in seconds since the start.
            how: if it didn't end by itself: then it ends as the first lane does.
        """
        if self.ending is not None:
            return
        for number, lane in enumerate(self.lanes):
            if lane.run.turns:
                lane.run.end(DONE if how is None and number == 0 else STOPPED, at)
        first = self.lanes[0].run.ending if self.lanes else None
        self.ended, self.ending = at, how or first or DONE
        self.problem = how.note if how and how.reason == "failed" else ""


def fold(timed_events: Iterable[tuple[float, tuple[str, Any]]], names: Iterable[str] = ()) -> Board:
    """Return the board of so many events.

    Args:
        timed_events: (seconds since the start, (name of the agent, event)) pairs.
        names: agents who have a lane from the start.
    """
    board = Board([*map(Lane, names)])
    last = 0.0
    for last, (name, event) in timed_events:
        board.take(name, event, last)
    board.end(last)
    return board


def about_call(call: Block, over: bool) -> dict[str, Any]:
    """Return what a card shows of a call, but for its input.

    Its state is writing, ready (to run), running, done, failed, cut or superseded.

    Args:
        call: the block.
        over: whether its agent's run is over, so that nothing more will come of it.
    """
    run = call.run or ToolRun(call.began if call.ready is None else call.ready)
    state = {"open": "writing", "closed": "writing", "done": "cut" if over else "ready"}
    return {
        "state": state.get(call.state, call.state)
        if call.run is None or call.state == "superseded"
        else run.state,
        "status": run.status,
        "progress": run.progress,
        "done": run.done,
        "total": run.total,
        "result": readable(run.content),
        "began": run.began,
        "seconds": run.seconds,
    }


def readable(content: str | list[dict[str, Any]]) -> str:
    """Return what a tool gave back, as a person would read it, and not too much of it."""
    if not isinstance(content, str):
        said = [str(block.get("text", f"[{block.get('type')}]")) for block in content]
        content = "\n".join(said)
    cut = len(content) > LONGEST_RESULT
    return content[:LONGEST_RESULT].rstrip() + "…" if cut else content
