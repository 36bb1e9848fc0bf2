"""The chaos map: an agent cut off at every byte, one cell for each, filled live."""

import asyncio
from dataclasses import replace
from typing import Any

import traitlets

from helpers.render.endings import STOPPED, Ending
from helpers.simulation.chaos_runs import CutRunner, Worker
from helpers.widgets import live
from helpers.widgets.chaos.child import ChildWorker, worker_of
from helpers.widgets.chaos.model import Chaos, around, places, rows, sentence, table, tell
from helpers.widgets.chaos.snapshot import CELL, cell_at, corner_of, draw
from helpers.widgets.running import PictureView
from helpers.widgets.view import assets

__all__ = ["ChaosView"]

# Cuts for the snapshot: a second's work.
SNAPSHOT_CUTS = 320


class ChaosView(PictureView):
    """A map that fills while one cut after the other is made, with Start and Stop.

    Args:
        runner: makes the runs.
        every: bytes between two cuts; the snapshot takes a multiple that is done at once.
        title: what the view is called for a screen reader.
        autostart: whether to start at once, without a click.
    """

    _esm, _css = assets("chaos").values()
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        runner: CutRunner,
        *,
        every: int = 8,
        title: str = "Chaos map",
        autostart: bool = False,
    ) -> None:
        self._runner = runner
        worker = self._worker = worker_of(runner, every, SNAPSHOT_CUTS)
        worker.wait()
        self._sample = self._of(worker, "done")
        self._chaos = Chaos(worker.answers, every)
        self._picked: tuple[int, int] | None = None  # row and column
        if worker.problem:
            self._chaos = self._sample
        super().__init__(setup={"title": title}, state=self._state_now())
        if autostart:
            self.start()

    @property
    def chaos(self) -> Chaos:
        """What was last run here; the map of the snapshot if nothing was."""
        return self._sample if self._chaos.state == "ready" else self._chaos

    def snapshot(self) -> str:
        """Return the picture of what was last run, as SVG."""
        return draw(self._preview())

    def text_alternative(self) -> str:
        """Return what was last run in words."""
        return tell(self._preview())

    def _preview(self) -> Chaos:
        return self._sample if self._runs() else self.chaos

    def _runs(self) -> bool:
        return self._chaos.state == "running"

    def _of(self, worker: ChildWorker | Worker, state: str, problem: str = "") -> Chaos:
        return Chaos(
            worker.answers,
            worker.every,
            tuple(worker.cuts),
            "failed" if worker.problem else state,
            worker.problem or problem,
        )

    def _begin(self) -> None:
        every = self._chaos.every
        if self._chaos.cuts or not self._chaos.answers:
            self._picked = None
        self._chaos = Chaos(self._sample.answers, every, state="running")

    async def _work(self) -> None:
        worker = self._worker = worker_of(self._runner, self._chaos.every)
        try:
            while not worker.done:
                await asyncio.sleep(1 / self.frames_per_second)
                worker.look()
                self._chaos = replace(
                    self._chaos,
                    answers=worker.answers or self._chaos.answers,
                    cuts=tuple(worker.cuts),
                )
        except asyncio.CancelledError:
            worker.stop()
            while not worker.done:  # one cut more, at most
                await asyncio.sleep(0.01)
                worker.look()
            raise

    def _end(self, how: Ending | None) -> None:
        worker, every = self._worker, self._chaos.every
        complete = len(worker.cuts) == len(places(worker.answers, every))
        if how is None or complete:
            self._chaos = self._of(worker, "done")
        else:
            self._chaos = self._of(worker, how.reason, "" if how == STOPPED else how.sentence)

    # What the page gets

    def _state_now(self) -> dict[str, Any]:
        chaos, running = self._chaos, self._runs()
        return {
            "svg": draw(chaos),
            "rows": [list(row) for row in table(chaos)],
            "words": "Running." if running else sentence(chaos),
            "running": running,
            "begun": chaos.state != "ready",
            "done": len(chaos.cuts),
            "planned": len(places(chaos.answers, chaos.every)),
            "picked": self._pick(),
        }

    def _pick(self) -> dict[str, Any] | None:
        """Return what the page shows of the chosen cell."""
        chaos, lines = self._chaos, rows(self._chaos)
        if self._picked is None or not lines:
            return None
        row = min(self._picked[0], len(lines) - 1)
        number, first, cells = lines[row]
        column = min(self._picked[1], len(cells) - 1)
        at, cut = first + column * chaos.every, cells[column]
        before, after = around(chaos.answers[number], at)
        x, y = corner_of(chaos, row, column)
        what = "not cut yet." if cut is None else f"{cut.outcome}. {cut.words}"
        return {
            "x": x,
            "y": y,
            "size": CELL,
            "index": sum(len(cells) for _, _, cells in lines[:row]) + column,
            "words": f"Answer {number + 1}, after byte {at:,}: {what}",
            "before": before,
            "after": after,
        }

    def _move(self, down: int, right: int) -> None:
        """Choose another cell: along the rows, or in the same column of another one."""
        lines = rows(self._chaos)
        if not lines:
            return
        row, column = self._picked or (0, 0)
        if self._picked is not None:
            row = min(max(row + down, 0), len(lines) - 1)
            column = min(column, len(lines[row][2]) - 1) + right
            if column < 0 and row > 0:
                row, column = row - 1, len(lines[row - 1][2]) - 1
            elif column >= len(lines[row][2]) and row < len(lines) - 1:
                row, column = row + 1, 0
        self._picked = row, min(max(column, 0), len(lines[row][2]) - 1)

    def _tell_pick(self) -> None:
        self.send({"op": "picked", "picked": self._pick()})

    def _receive(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        match message:
            case {"op": "pick", "x": int(x) | float(x), "y": int(y) | float(y)}:
                if (cell := cell_at(self._chaos, x, y)) is not None:
                    self._picked = cell
                    live.call(self._tell_pick)
            case {"op": "move", "down": int(down), "right": int(right)}:
                self._move(down, right)
                live.call(self._tell_pick)
            case _:
                super()._receive(widget, message, buffers)
