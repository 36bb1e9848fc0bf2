"""A seat in a class: it tells what was done, and obeys what the instructor sends.

It runs on the loop of the streams, beside the notebook. Without a network nothing waits: what is
to be told stands in the learner's folder until the class can be reached again.
"""

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import randbelow
from typing import Any
from urllib.parse import urlsplit

import httpx

from helpers.classroom.acts import Act, Chosen, NoAct, json_of, seat_name
from helpers.classroom.orders import Ask, NoOrder, Order, Say, order_of
from helpers.classroom.waiting import Waiting
from helpers.session.clients import class_client
from helpers.sse import SSEDecoder

__all__ = ["CannotJoin", "Seat", "join", "load_seat"]

FILE = "class.json"
WAITS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds until the class is asked for again
SILENCE_SECONDS = 30.0  # the server says something every 10
MOST_NUMBER = 2**53 - 2  # what JSON holds exactly

WHAT_IS_SENT = (
    "Your class sees your seat's name, which exercises you tried, how many of their cases passed "
    "and which mistake the check named, which section or step you are in, whether your machine is "
    "ready, a raised hand, and your answers to its questions. It never sees code, text, answers "
    "or keys."
)


class CannotJoin(Exception):
    """The class did not take the seat; the message says why and what to do."""


class Seat:
    """A seat that has been taken.

    Attributes:
        address: the class's, without the code.
        name: the seat's.
        connected: whether the class can be reached now.
        said: the instructor's words; "" if there are none.
        asked: the open question, with its number; None if there is none.
        chosen: which of its choices was taken.
        left: whether the seat is no longer one of the class's.
    """

    def __init__(self, folder: Path, state: dict[str, Any], obey: Callable[[Order], None]) -> None:
        self.address = str(state["address"])
        self.name = str(state["name"])
        self.connected = False
        self.said = ""
        self.asked: tuple[int, Ask] | None = None
        self.chosen: int | None = None
        self.left = False
        self._folder = folder
        self._secret = str(state["secret"])
        self._waiting = Waiting(folder)
        self._obey = obey
        self._last = ""  # the id of the last order
        self._listeners: list[Callable[[], None]] = []
        self._news = asyncio.Event()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call a function after each change, on the loop of the streams."""
        self._listeners.append(callback)

    def tell(self, act: Act) -> None:
        """Tell the class of an act, as soon as it can be reached. On the loop of the streams."""
        if self.left:
            return
        if isinstance(act, Chosen):
            self.chosen = act.choice
        # Several notebooks of one learner share a seat: a count of each would not tell their acts
        # apart.
        number = 1 + randbelow(MOST_NUMBER)
        self._waiting.add({"number": number, **json_of(act)})
        self._news.set()
        self._notify()

    async def run(self) -> None:
        """Tell and obey until the seat is left."""
        async with class_client(self.address, self._secret) as http:
            both = [
                asyncio.create_task(self._again(self._send, http)),
                asyncio.create_task(self._again(self._listen, http)),
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in both:
                    task.cancel()
                await asyncio.gather(*both, return_exceptions=True)

    async def tell_now(self, act: Act) -> bool:
        """Tell an act without listening for orders; False if the class can't be reached now."""
        self.tell(act)
        async with class_client(self.address, self._secret) as http:
            try:
                while self._waiting and not self.left:
                    await self._send(http)
            except (httpx.HTTPError, OSError):
                return False
        return not self.left

    async def fetch_acts(self) -> list[dict[str, Any]]:
        """Return all that the class has of this seat.

        Raises:
            httpx.HTTPError: it can't be reached.
        """
        async with class_client(self.address, self._secret) as http:
            told = await http.get("/seat")
            told.raise_for_status()
            return list(told.json())

    async def leave(self) -> None:
        """Leave the class, which then forgets what this seat told, if it can be reached."""
        self._forget()
        with suppress(httpx.HTTPError):
            async with class_client(self.address, self._secret) as http:
                await http.delete("/seat")
        self._notify()

    async def _again(
        self, work: Callable[[httpx.AsyncClient], Any], http: httpx.AsyncClient
    ) -> None:
        """Do some work until the seat is left; wait longer each time that it fails."""
        failures = 0
        while not self.left:
            try:
                await work(http)
                failures = 0
            except (httpx.HTTPError, OSError):
                self._connect(False)
                await asyncio.sleep(WAITS[min(failures, len(WAITS) - 1)])
                failures += 1

    async def _send(self, http: httpx.AsyncClient) -> None:
        """Send what waits, then wait for more."""
        if not self._waiting:
            self._news.clear()
            await self._news.wait()
            return
        some = self._waiting.first(100)
        answer = await http.post("/acts", json=list(some.values()))
        if answer.status_code == 401:
            return self._is_unknown()
        if answer.status_code != 400:  # what the class will never take is not sent again
            answer.raise_for_status()
        self._waiting.drop(list(some))
        self._connect(True)

    async def _listen(self, http: httpx.AsyncClient) -> None:
        """Obey orders for as long as the stream lasts."""
        headers = {"last-event-id": self._last} if self._last else {}
        timeout = httpx.Timeout(10, read=SILENCE_SECONDS)
        async with http.stream("GET", "/orders", headers=headers, timeout=timeout) as response:
            if response.status_code == 401:
                return self._is_unknown()
            response.raise_for_status()
            self._connect(True)
            decoder = SSEDecoder()
            async for chunk in response.aiter_raw():
                for event in decoder.feed(chunk):
                    self._last = event.id
                    self._take(event.data)
        raise httpx.ReadError("the class has ended the stream")

    def _take(self, data: str) -> None:
        try:
            order = order_of(json.loads(data))
        except (ValueError, RecursionError, NoOrder):
            return  # of a newer class: what isn't known is left out
        match order:
            case Say(words):
                self.said = words
            case Ask(choices=()):
                self.asked = None
            case Ask():
                self.asked, self.chosen = (int(self._last or 0), order), None
            case _:
                self._obey(order)
        self._notify()

    def _is_unknown(self) -> None:
        """The class has forgotten this seat."""
        self._forget()
        self._notify()

    def _forget(self) -> None:
        self.left = True
        self._news.set()
        self._waiting.clear()
        with suppress(OSError):
            (self._folder / FILE).unlink(missing_ok=True)

    def _connect(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._notify()

    def _notify(self) -> None:
        for callback in self._listeners:
            callback()


def keep(folder: Path, state: dict[str, Any]) -> None:
    """Write the seat's file, so that nobody finds half of it and nobody else can read it."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        json.dump(state, opened)
    os.replace(part, folder / FILE)


def load_seat(folder: Path, obey: Callable[[Order], None]) -> Seat | None:
    """Return the seat that was taken before, from the learner's folder; None if there is none."""
    try:
        return Seat(folder, json.loads((folder / FILE).read_text("utf-8")), obey)
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def join(link: str, name: str, folder: Path, obey: Callable[[Order], None]) -> Seat:
    """Take a seat in a class.

    Args:
        link: the class's address with its code, such as http://192.168.1.5:8790#k3m9xp.
        name: which the class may see.
        folder: the learner's own.
        obey: carries out what concerns the offline API.

    Raises:
        CannotJoin: the class doesn't take this seat, or isn't there.
    """
    address, code = split_link(link)
    try:
        name = seat_name(name)
    except NoAct as error:
        raise CannotJoin(str(error)) from None
    try:
        async with class_client(address) as http:
            answer = await http.post("/seats", json={"code": code, "name": name})
        given = answer.json()
    except ValueError as error:  # of a proxy that can't be used, or an answer that is no JSON
        raise CannotJoin(f"No class can be reached at {address}: {error}") from None
    except (httpx.HTTPError, OSError) as error:
        raise CannotJoin(
            f"No class answers at {address} ({type(error).__name__}): look whether the address is "
            "the one on the board, and whether you are in the same network."
        ) from None
    if answer.status_code != 201 or not isinstance(given, dict) or "secret" not in given:
        said = given.get("error") if isinstance(given, dict) else None
        raise CannotJoin(str(said or f"{address} is no class: it answered {answer.status_code}."))
    state = {"address": address, "secret": given["secret"], "name": name}
    with suppress(OSError):  # without a file, the seat ends with its kernel
        keep(folder, state)
    return Seat(folder, state, obey)


def split_link(link: str) -> tuple[str, str]:
    """Return the address and the code of a class's link.

    Raises:
        CannotJoin: it is none.
    """
    link = link.strip()
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not parts.fragment
        or port == 0
    ):
        raise CannotJoin(
            "A class's link reads like http://192.168.1.5:8790#k3m9xp: copy all of it from the "
            "board."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", parts.fragment
