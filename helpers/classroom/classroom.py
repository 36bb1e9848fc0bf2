"""A class as it runs: what came is kept first, then seen by everybody who looks."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from helpers.classroom import acts, orders
from helpers.classroom.acts import Act
from helpers.classroom.clock import Plan
from helpers.classroom.orders import Break, Order
from helpers.classroom.room import Room
from helpers.classroom.store import Store
from helpers.classroom.words import words

__all__ = ["Classroom"]


class Classroom:
    """All that a class's server knows, and who waits for news of it.

    Attributes:
        room: the class at this moment.
        last: the number of the last order.
        over: set when the server stops.
    """

    def __init__(
        self, store: Store, now: Callable[[], float] = time.time, plan: Plan | None = None
    ) -> None:
        self.store = store
        self.now = now
        self.room = Room(plan=plan)
        self.last = 0
        self.over = asyncio.Event()
        self._news = asyncio.Event()
        self._sent: list[tuple[int, Order]] = []
        for id, name, joined in store.seats():
            self.room.join(id, name, joined)
        for id, at, told in store.acts():
            self.room.take(id, acts.act_of(told), at)
        # The open question keeps its answers: they are taken once more, behind the orders.
        for number, at, sent in store.orders():
            self._obey(number, orders.order_of(sent), at)
        for id, at, told in store.acts():
            act = acts.act_of(told)
            if isinstance(act, acts.Chosen):
                self.room.take(id, act, at)

    def join(self, name: str) -> tuple[str, str]:
        """Give somebody a seat; return its id and its secret."""
        now = self.now()
        id, secret = self.store.add_seat(name, now)
        self.room.join(id, name, now)
        self._tell()
        return id, secret

    def leave(self, id: str) -> None:
        """Forget a seat and what it told."""
        self.store.remove_seat(id)
        self.room.leave(id)
        self._tell()

    def take(self, id: str, number: int, act: Act) -> None:
        """Take an act of a seat; one that came before changes nothing.

        Args:
            id: the seat.
            number: which no other act of this seat has.
            act: what it did.
        """
        now = self.now()
        if self.store.add_act(id, number, now, acts.json_of(act)):
            self.room.take(id, act, now)
            self._tell()

    def send(self, order: Order) -> int:
        """Send an order to every seat; return its number."""
        now = self.now()
        number = self.store.add_order(now, orders.json_of(order))
        self._obey(number, order, now)
        self._tell()
        return number

    def orders_after(self, number: int | None) -> list[tuple[int, Order]]:
        """Return the orders that a seat has yet to obey, with their numbers.

        Args:
            number: of the last one that it has; None if it has just come. Then it gets what holds
                now: the last of each kind. Streams that run since then are not broken.
        """
        if number is not None:
            return [(one, order) for one, order in self._sent if one > number]
        newest = {type(order): (one, order) for one, order in self._sent}
        newest.pop(Break, None)
        return sorted(newest.values(), key=lambda pair: pair[0])

    def board(self) -> dict[str, Any]:
        """Return what the board shows now."""
        return self.room.board(self.now(), words)

    async def wait(self, seconds: float) -> None:
        """Wait until something has happened, at most so long."""
        news = self._news
        try:
            async with asyncio.timeout(seconds):
                await news.wait()
        except TimeoutError:
            pass

    def stop(self) -> None:
        """Let everybody who waits hear that the server stops."""
        self.over.set()
        self._tell()

    def _obey(self, number: int, order: Order, at: float) -> None:
        self.last = number
        self._sent.append((number, order))
        self.room.obey(number, order, at)

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
