"""A class at this moment, folded from the acts of its seats; and what a board shows of it.

No I/O and no clock: times are arguments, in seconds.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from helpers.classroom.acts import Act, At, Chosen, Hand, Ready, Tried
from helpers.classroom.clock import Plan, clock
from helpers.classroom.orders import Ask, Break, Order, Say, Set, Step
from helpers.lessons.exercise import Words

__all__ = ["QUIET_SECONDS", "Room", "Seat"]

QUIET_SECONDS = 5 * 60.0  # without an act: somebody may be stuck, or away
NEW_SECONDS = 3 * 60.0  # a mistake that nobody had before that is marked as new


@dataclass
class Attempts:
    """One seat's tries at one exercise.

    Attributes:
        count: how many.
        passed: whether one of them passed.
        mistake: the one that the last try had; "" if it passed or had no name.
        right: how many cases passed in the last try.
        cases: how many the exercise has; 0 if that was not told.
    """

    count: int = 0
    passed: bool = False
    mistake: str = ""
    right: int = 0
    cases: int = 0


@dataclass
class Seat:
    """Somebody who has joined.

    Attributes:
        name: which they chose.
        acted: when they last did something.
        symptoms: what is wrong with their machine; None until it was looked at.
        hand: when it was raised; None if it is down.
        at: the notebook and its section where they are; None until a cell was run.
        tries: by exercise.
        latest: the exercise that was tried last; "" if none was.
    """

    name: str
    acted: float
    symptoms: tuple[str, ...] | None = None
    hand: float | None = None
    at: tuple[str, int] | None = None
    tries: dict[str, Attempts] = field(default_factory=dict)
    latest: str = ""


@dataclass
class Room:
    """All seats, and what was last sent to them.

    Attributes:
        seats: by their ids.
        settings: those that every seat was given; empty if none were.
        said: the instructor's last words; "" if they were taken back.
        asked: the open question, with its number; None if there is none.
        choices: which choice each seat took, for the open question.
        plan: the path that the class takes; None if it takes none.
        begun: which of its steps began when.
    """

    seats: dict[str, Seat] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    asked: tuple[int, Ask] | None = None
    choices: dict[str, int] = field(default_factory=dict)
    plan: Plan | None = None
    begun: list[tuple[int, float]] = field(default_factory=list)
    _first: dict[tuple[str, str], float] = field(default_factory=dict)

    def join(self, id: str, name: str, now: float) -> None:
        """Give somebody a seat, or a seat another name."""
        if id in self.seats:
            self.seats[id].name = name
        else:
            self.seats[id] = Seat(name, now)

    def leave(self, id: str) -> None:
        """Forget a seat and what it told."""
        self.seats.pop(id, None)
        self.choices.pop(id, None)

    def take(self, id: str, act: Act, now: float) -> None:
        """Take an act of a seat."""
        seat = self.seats[id]
        seat.acted = max(seat.acted, now)
        match act:
            case Tried(exercise, passed, mistake, right, cases):
                seat.latest = exercise
                tries = seat.tries.setdefault(exercise, Attempts())
                tries.count += 1
                tries.right, tries.cases = right, cases
                tries.passed |= passed
                tries.mistake = "" if passed else mistake
                if tries.mistake:
                    self._first.setdefault((exercise, mistake), now)
            case At(notebook, section):
                seat.at = (notebook, section)
            case Hand(up):
                seat.hand = now if up else None
            case Ready(symptoms):
                seat.symptoms = symptoms
            case Chosen(question, choice):
                number, ask = self.asked or (0, Ask(""))
                if question == number and choice < len(ask.choices):
                    self.choices[id] = choice

    def obey(self, number: int, order: Order, at: float) -> None:
        """Note what was sent to every seat, and when."""
        match order:
            case Set(settings):
                self.settings = settings
            case Say(words):
                self.said = words
            case Ask(choices=()):
                self.asked = None
            case Ask():
                self.asked, self.choices = (number, order), {}
            case Step(step, again):
                self.begun = [*([] if again else self.begun), (step, at)]
            case Break():
                pass

    def board(self, now: float, words: Callable[[str, str], Words]) -> dict[str, Any]:
        """Return what the board shows, as JSON.

        Args:
            now: the time.
            words: gives what to say aloud for an exercise and a mistake.
        """
        begun = dict.fromkeys(exercise for seat in self.seats.values() for exercise in seat.tries)
        on = self.begun[-1][0] if self.begun else None
        return {
            "seats": [self._seat(seat, now, on) for seat in self.seats.values()],
            "where": self._where(on),
            "exercises": [self._exercise(exercise, now, words) for exercise in begun],
            "settings": self.settings,
            "said": self.said,
            "asked": self._describe_question(),
            "clock": clock(self.plan, self.begun, now) if self.plan else None,
        }

    def _seat(self, seat: Seat, now: float, on: int | None) -> dict[str, Any]:
        quiet = now - seat.acted
        latest = seat.tries.get(seat.latest, Attempts(passed=True))
        return {
            "name": seat.name,
            "ready": None if seat.symptoms is None else not seat.symptoms,
            "symptoms": list(seat.symptoms or ()),
            "hand": None if seat.hand is None else round(now - seat.hand),
            "at": list(self._place(seat.at, on)) if seat.at else None,
            "quiet": round(quiet) if quiet >= QUIET_SECONDS else None,
            "passed": sum(tries.passed for tries in seat.tries.values()),
            "at_work": None
            if latest.passed
            else {"exercise": seat.latest, "right": latest.right, "cases": latest.cases},
        }

    def _place(self, at: tuple[str, int], on: int | None) -> tuple[str, int]:
        """Return where somebody is; on a path, in which of its steps, if it has that place."""
        return self.plan.place(*at, on) if self.plan else at

    def _where(self, on: int | None) -> dict[str, Any] | None:
        """Return where the room is: the middle seat, and those a quarter from each end.

        On a path this goes by its steps, and who is elsewhere isn't counted.
        """
        places = sorted(self._place(seat.at, on) for seat in self.seats.values() if seat.at)
        if self.plan:
            places = [one for one in places if one[0] == self.plan.file]
        if not places:
            return None
        ranks = range(len(places))
        low, middle, high = (
            quantiles(ranks, n=4, method="inclusive") if len(places) > 1 else [0] * 3
        )
        return {
            name: list(places[round(rank)])
            for name, rank in (("quarter", low), ("median", middle), ("three_quarters", high))
        }

    def _exercise(
        self, exercise: str, now: float, words: Callable[[str, str], Words]
    ) -> dict[str, Any]:
        tries = [seat.tries[exercise] for seat in self.seats.values() if exercise in seat.tries]
        passed = sum(one.passed for one in tries)
        at_work = [one for one in tries if not one.passed]
        mistakes = Counter(one.mistake for one in at_work if one.mistake)
        said = {mistake: words(exercise, mistake) for mistake in mistakes}
        return {
            "exercise": exercise,
            "passed": passed,
            "at_work": len(at_work),
            "right": sorted(one.right for one in at_work if one.cases),
            "cases": max((one.cases for one in tries), default=0),
            "not_begun": len(self.seats) - len(tries),
            "mistakes": [
                {
                    "mistake": mistake,
                    "seats": count,
                    "words": said[mistake].looks_like,
                    "try_next": said[mistake].try_next,
                    "new": now - self._first[exercise, mistake] < NEW_SECONDS,
                }
                for mistake, count in mistakes.most_common()
            ],
        }

    def _describe_question(self) -> dict[str, Any] | None:
        if self.asked is None:
            return None
        number, ask = self.asked
        counts = Counter(self.choices.values())
        bars = [{"words": one, "seats": counts[index]} for index, one in enumerate(ask.choices)]
        return {"number": number, "question": ask.question, "choices": bars}
