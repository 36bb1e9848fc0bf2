"""The seat of this kernel, if its learner has joined a class; it lives on the streams' loop."""

import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from helpers.classroom.acts import Act, At, Ready, Tried
from helpers.classroom.orders import Break, Order, Set
from helpers.classroom.seat import CannotJoin, Seat, join, kept_seat
from helpers.lessons.checking.report import Report
from helpers.lessons.exercise import Exercise
from helpers.lessons.teaching.origin import origin
from helpers.mock.settings import Settings
from helpers.session.session import Session
from helpers.widgets import live

__all__ = ["Joined"]

NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks"


class Joined:
    """Joins a class and leaves it, and lets the offline API obey.

    Attributes:
        seat: the seat, once it is taken.
        problem: why the class could not be joined; "" if nothing is wrong.
    """

    def __init__(self, session: Session, folder: Path) -> None:
        self.seat: Seat | None = None
        self.problem = ""
        self._session = session
        self._folder = folder
        self._before: Settings | None = None  # what held before the class's settings
        self._symptoms: tuple[str, ...] | None = None  # of this machine, if it was looked at
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call a function after each change, on the loop of the streams."""
        self._listeners.append(callback)

    def resume(self) -> bool:
        """Go on with the seat that was taken before; False if there is none."""
        seat = kept_seat(self._folder, self._obey)
        if seat is not None and self.seat is None:
            self._take(seat)
            live.start(seat.run())
        return seat is not None

    def join(self, link: str, name: str) -> live.Running:
        """Take a seat; what came of it shows in `seat` or `problem`."""
        return live.start(self._join(link, name))

    def leave(self) -> live.Running:
        """Leave the class; the settings from before hold again."""
        return live.start(self._leave())

    def tell(self, act: Act) -> None:
        """Tell the class of an act, from any thread; without a class nothing happens."""
        if self.seat is not None:
            live.call(self.seat.tell, act)

    def tell_of_check(self, exercise: Exercise, report: Report) -> None:
        """Tell the class what came of a check: the mistake's id, and nothing of the code."""
        if report.status == "not_attempted":
            return
        mistake = report.diagnosis.misconception if report.diagnosis else ""
        self.tell(Tried(exercise.id, report.status == "passed", mistake))

    def tell_of_cell(self, cell_id: str | None) -> None:
        """Tell the class in which section a cell stands, if it is one of the course's."""
        if self.seat is None:
            return
        place = (notebook_name(os.environ), cell_id)
        if place not in (places := sections()):
            place = origin(cell_id) or place  # a class's path has cells of several notebooks
        if place in places:
            self.tell(At(place[0], places[place]))

    def tell_of_machine(self, symptoms: tuple[str, ...]) -> None:
        """Tell the class what is wrong with this machine, if something is; now, or on joining."""
        self._symptoms = symptoms
        self.tell(Ready(symptoms))

    async def _join(self, link: str, name: str) -> None:
        if self.seat is not None:
            return
        self.problem = ""
        try:
            seat = await join(link, name, self._folder, self._obey)
        except (CannotJoin, OSError) as error:
            self.problem = str(error)
            self._changed()
            return
        self._take(seat)
        if self._symptoms is not None:
            seat.tell(Ready(self._symptoms))
        await seat.run()

    async def _leave(self) -> None:
        seat, self.seat = self.seat, None
        if seat is not None:
            await seat.leave()
        self._restore()
        self._changed()

    def _take(self, seat: Seat) -> None:
        self.seat = seat
        seat.on_change(self._changed)
        self._changed()

    def _obey(self, order: Order) -> None:
        match order:
            case Set(settings):
                self._before = self._before or self._session.mock
                self._session.use_mock(Settings.from_json(settings))
            case Break():
                self._session.break_streams()

    def _restore(self) -> None:
        if self._before is not None:
            self._session.use_mock(self._before)
            self._before = None

    def _changed(self) -> None:
        if self.seat is not None and self.seat.left:
            self.seat, self.problem = None, "The class has ended, or has forgotten this seat."
            self._restore()
        for callback in self._listeners:
            callback()


def notebook_name(environment: Mapping[str, str]) -> str:
    """Return the name of the course's notebook whose kernel this is; "" if nobody knows.

    Jupyter's server tells a kernel which file it was started for. A copy may be a new edition.
    """
    file = Path(environment.get("JPY_SESSION_NAME", ""))
    return file.stem.partition(" (")[0] if file.suffix == ".ipynb" else ""


@cache
def sections() -> dict[tuple[str, str | None], int]:
    """Return the section of each cell of the course's notebooks, by notebook and cell id."""
    places: dict[tuple[str, str | None], int] = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        section = 0
        cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith("## "):
                section += 1
            places[path.stem, cell.get("id")] = section
    return places
