"""The seat of this kernel, if its learner has joined a class; it lives on the streams' loop."""

import os
from collections.abc import Callable
from pathlib import Path

from helpers.classroom.acts import Act, At, Ready, Tried
from helpers.classroom.class_link import class_link
from helpers.classroom.orders import Break, Order, Set
from helpers.classroom.seat import CannotJoin, Seat, join, load_seat
from helpers.lessons.checking.report import Report
from helpers.lessons.exercise import Exercise
from helpers.lessons.teaching.places import find_notebook, notebook_name, place_of
from helpers.mock.settings import Settings
from helpers.session.session import Session
from helpers.widgets import live

__all__ = ["Membership"]


class Membership:
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
        self._notebook = notebook_name(os.environ)  # "" until a cell tells which one it is
        self._before: Settings | None = None  # what held before the class's settings
        self._symptoms: tuple[str, ...] | None = None  # of this machine, if it was looked at
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call a function after each change, on the loop of the streams."""
        self._listeners.append(callback)

    def waiting_link(self) -> str:
        """Return the link of the class that this machine or its hub names; "" if none waits."""
        return class_link(os.environ)

    def resume(self) -> bool:
        """Go on with the seat that was taken before; False if there is none."""
        seat = load_seat(self._folder, self._obey)
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
        """Tell the class what came of a check: the mistake's id, how many cases passed, no code."""
        if report.status == "not_attempted":
            return
        mistake = report.diagnosis.misconception if report.diagnosis else ""
        passed = report.status == "passed"
        self.tell(Tried(exercise.id, passed, mistake, report.passed, len(report.cases)))

    def tell_of_cell(self, cell_id: str | None, source: str) -> None:
        """Tell the class in which section or step a cell stands, if it is one of the course's."""
        self._notebook = self._notebook or find_notebook(cell_id, source)
        if self.seat is None:
            return
        if place := place_of(self._notebook, cell_id):
            self.tell(At(*place))

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
            self._notify()
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
        self._notify()

    def _take(self, seat: Seat) -> None:
        self.seat = seat
        seat.on_change(self._notify)
        self._notify()

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

    def _notify(self) -> None:
        if self.seat is not None and self.seat.left:
            self.seat, self.problem = None, "The class has ended, or has forgotten this seat."
            self._restore()
        for callback in self._listeners:
            callback()
