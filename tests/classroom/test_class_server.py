"""A class over real sockets: seats, the instructor, and people who are neither."""

import asyncio
import json
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpers.classroom.acts import At, Chosen, Hand, Ready, Tried
from helpers.classroom.orders import Break, Order, Set
from helpers.classroom.seat import CannotJoin, Seat, join, load_seat
from tests.classroom.serving import Serve, Served

PATIENCE = 60  # seconds, on the busiest machine


class Learner:
    """A seat at work, and the orders that reached its offline API."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders: list[Order] = []

    async def join(self, link: str, name: str) -> Seat:
        self.seat = await join(link, name, self.folder, self.orders.append)
        self.running = asyncio.create_task(self.seat.run())
        return self.seat

    async def leave_the_room(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)


async def until(true: Any) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = true()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.02)


async def board(served: Served) -> dict[str, Any]:
    return await asyncio.to_thread(served.board)


async def test_a_seats_mistake_is_on_the_board_with_its_sentence(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path / "ada")
    seat = await ada.join(served.link, "Ada")
    seat.tell(Tried("sse", False, "splits-on-lf"))
    seat.tell(At("01_sse_by_hand", 2))
    seat.tell(Hand(True))

    async def has_hand() -> bool:
        shown = (await board(served))["seats"]
        return bool(shown) and shown[0]["hand"] is not None

    await until(has_hand)
    shown = await board(served)
    [sse] = shown["exercises"]
    assert (sse["exercise"], sse["at_work"]) == ("sse", 1)
    assert shown["where"]["median"] == ["01_sse_by_hand", 2]
    assert [act["kind"] for act in await seat.fetch_acts()] == ["tried", "at", "hand"]
    await ada.leave_the_room()


async def test_every_seat_obeys_within_a_second(serve: Serve, tmp_path: Path):
    served = serve()
    learners = [Learner(tmp_path / str(number)) for number in range(5)]
    for number, learner in enumerate(learners):
        await learner.join(served.link, f"Seat {number}")
    await until(lambda: all(learner.seat.connected for learner in learners))
    settings = {"chunking": "byte", "fault": {"kind": "reset", "times": 1}}
    await asyncio.to_thread(served.order, kind="set", settings=settings)
    await asyncio.to_thread(served.order, kind="break")
    await until(lambda: all(len(learner.orders) == 2 for learner in learners))
    for learner in learners:
        first, second = learner.orders
        assert isinstance(first, Set) and first.settings["chunking"] == "byte"
        assert isinstance(second, Break)
    # Who comes later gets what holds, but no stream of theirs is broken.
    late = Learner(tmp_path / "late")
    await late.join(served.link, "Late")
    await until(lambda: late.orders)
    assert [type(order) for order in late.orders] == [Set]
    for learner in [*learners, late]:
        await learner.leave_the_room()


async def test_a_prediction_comes_in_as_bars(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path)
    seat = await ada.join(served.link, "Ada")
    await asyncio.to_thread(
        served.order, kind="ask", question="Which comes first?", choices=["text", "ping"]
    )
    await until(lambda: seat.asked)
    number, ask = seat.asked or (0, None)
    assert ask and ask.choices == ("text", "ping")
    seat.tell(Chosen(number, 1))

    async def has_counts() -> bool:
        asked = (await board(served))["asked"]
        return [bar["seats"] for bar in asked["choices"]] == [0, 1]

    await until(has_counts)
    await ada.leave_the_room()


async def test_a_server_that_is_killed_goes_on_and_nothing_is_lost(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path / "ada")
    seat = await ada.join(served.link, "Ada")
    await asyncio.to_thread(served.order, kind="say", words="Section 4.")
    seat.tell(Tried("sse", True))

    async def has_pass() -> bool:
        return [one["passed"] for one in (await board(served))["seats"]] == [1]

    await until(has_pass)
    served.process.kill()
    served.process.wait()
    seat.tell(Tried("text", True))  # while nobody listens
    await until(lambda: not seat.connected)
    port = int(served.address.rpartition(":")[2])
    again = await asyncio.to_thread(serve, port)
    assert (again.code, again.key) == (served.code, served.key)

    async def both() -> bool:
        return [one["passed"] for one in (await board(again))["seats"]] == [2]

    await until(both)
    assert (await board(again))["said"] == "Section 4."
    await ada.leave_the_room()


async def test_what_was_not_told_waits_for_the_next_kernel(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path / "ada")
    seat = await ada.join(served.link, "Ada")
    await until(lambda: seat.connected)
    served.process.kill()
    served.process.wait()
    seat.tell(Hand(True))
    await ada.leave_the_room()
    kept = load_seat(ada.folder, ada.orders.append)
    assert kept is not None and kept.name == "Ada"
    again = await asyncio.to_thread(serve, int(served.address.rpartition(":")[2]))
    running = asyncio.create_task(kept.run())

    async def has_raised_hand() -> bool:
        return (await board(again))["seats"][0]["hand"] is not None

    await until(has_raised_hand)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_two_notebooks_share_a_seat_and_no_act_is_lost(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path / "ada")
    seats = [await ada.join(served.link, "Ada"), load_seat(ada.folder, ada.orders.append)]
    second = asyncio.create_task(seats[1].run())  # type: ignore[union-attr]
    seats[0].tell(Tried("sse", True))  # type: ignore[union-attr]
    seats[1].tell(Tried("text", True))  # type: ignore[union-attr]

    async def both() -> bool:
        return [one["passed"] for one in (await board(served))["seats"]] == [2]

    await until(both)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    await ada.leave_the_room()


async def test_two_notebooks_without_a_network_keep_each_others_acts(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path / "ada")
    await ada.join(served.link, "Ada")
    await ada.leave_the_room()
    served.process.kill()
    served.process.wait()
    for exercise in ("sse", "text"):  # each in a kernel of its own, which ends
        kept = load_seat(ada.folder, ada.orders.append)
        assert kept is not None
        kept.tell(Tried(exercise, True))
    first, second = (load_seat(ada.folder, ada.orders.append) for _ in range(2))
    assert first and second and len(first._waiting) == len(second._waiting) == 2
    first.tell(Hand(True))
    second.tell(Tried("message", True))
    again = await asyncio.to_thread(serve, int(served.address.rpartition(":")[2]))
    kept = load_seat(ada.folder, ada.orders.append)
    assert kept and await kept.tell_now(Ready())
    assert not kept._waiting and not list((ada.folder / "class-acts").iterdir())
    [seat] = (await board(again))["seats"]
    assert (seat["passed"], seat["ready"], seat["hand"] is None) == (3, True, False)


async def test_who_leaves_is_forgotten_on_both_sides(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path / "ada")
    seat = await ada.join(served.link, "Ada")
    seat.tell(Hand(True))
    await until(lambda: not seat._waiting)
    await seat.leave()
    async with asyncio.timeout(PATIENCE):
        await ada.running
    assert (await board(served))["seats"] == []
    assert load_seat(ada.folder, ada.orders.append) is None


async def test_a_class_that_forgot_a_seat_ends_it(serve: Serve, tmp_path: Path):
    served, ada = serve(), Learner(tmp_path / "ada")
    seat = await ada.join(served.link, "Ada")
    headers = {"authorization": f"Bearer {seat._secret}"}
    async with httpx.AsyncClient(base_url=served.address, trust_env=False) as http:
        await http.delete("/seat", headers=headers)
    seat.tell(Hand(True))
    async with asyncio.timeout(PATIENCE):
        await ada.running
    assert seat.left and load_seat(ada.folder, ada.orders.append) is None


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("", "reads like http"),
        ("192.168.1.5:8790#abc", "reads like http"),
        ("http://127.0.0.1:8790", "reads like http"),
        ("http://127.0.0.1:99999#abc", "reads like http"),
        ("http://127.0.0.1:1#abcdef", "No class answers"),
    ],
)
async def test_a_link_that_leads_nowhere_is_said(link: str, words: str, tmp_path: Path):
    with pytest.raises(CannotJoin, match=words):
        await join(link, "Ada", tmp_path, lambda order: None)


async def test_a_wrong_code_is_refused_and_guessing_is_shut(serve: Serve, tmp_path: Path):
    served = serve()
    wrong = f"{served.address}#aaaaaa"
    for _ in range(10):
        with pytest.raises(CannotJoin, match="not the class's code"):
            await join(wrong, "Eve", tmp_path, lambda order: None)
    for link in (wrong, served.link):
        with pytest.raises(CannotJoin, match="wait a minute"):
            await join(link, "Eve", tmp_path, lambda order: None)


def test_nobody_but_the_instructor_controls(serve: Serve):
    served = serve()
    seat = httpx.post(
        f"{served.address}/seats", json={"code": served.code, "name": "Ada"}, trust_env=False
    ).json()
    for secret in ("x", served.code, seat["secret"]):
        headers = {"authorization": f"Bearer {secret}"}
        order = {"kind": "break"}
        for answer in (
            httpx.get(f"{served.address}/board", headers=headers, trust_env=False),
            httpx.post(f"{served.address}/orders", headers=headers, json=order, trust_env=False),
        ):
            assert answer.status_code == 403
            assert answer.json() == {"error": "Only the instructor's own link opens the board."}


BODIES = [
    (b"{", 400),
    (b"[" * 5000, 400),
    (b'{"kind": "hand"}', 400),
    (b'[{"kind": "hand", "up": true}]', 400),
    (b'[{"number": 1, "kind": "code", "code": "print(1)"}]', 400),
    (b'[{"number": true, "kind": "hand", "up": true}]', 400),
    (json.dumps([{"number": n, "kind": "hand", "up": True} for n in range(1, 202)]).encode(), 400),
    (b" " * 70_000, 413),
]


def test_a_body_of_any_kind_gets_a_sentence(serve: Serve):
    served = serve()
    with httpx.Client(base_url=served.address, trust_env=False) as http:
        seat = http.post("/seats", json={"code": served.code, "name": "Ada"}).json()["secret"]
        headers = {"authorization": f"Bearer {seat}"}
        for content, status in BODIES:
            answer = http.post("/acts", headers=headers, content=content)
            assert answer.status_code == status, content[:60]
            assert len(answer.json()["error"]) > 10
            assert http.get("/seat", headers=headers).json() == []


def test_neither_key_nor_secret_stands_in_the_file_in_the_clear(serve: Serve, tmp_path: Path):
    served = serve()
    with httpx.Client(base_url=served.address, trust_env=False) as http:
        seat = http.post("/seats", json={"code": served.code, "name": "Ada"}).json()["secret"]
    file = tmp_path / "class.sqlite"
    assert file.stat().st_mode & 0o077 == 0 or not hasattr(signal, "SIGKILL")
    with closing(sqlite3.connect(file)) as opened, opened:
        assert seat not in str(opened.execute("SELECT * FROM seats").fetchall())


def test_a_file_that_is_none_is_said(serve: Serve, tmp_path: Path):
    file = tmp_path / "notes.txt"
    file.write_text("no database at all, but some words of mine" * 50)
    with pytest.raises(AssertionError):
        serve(file=file)
    assert file.read_text().startswith("no database")


def test_forty_seats_reach_the_board_quickly(serve: Serve):
    """Here only that all of it arrives; benchmarks/classroom.py has the figures."""
    served = serve()
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(base_url=served.address, trust_env=False, limits=limits, timeout=60) as http:
        for number in range(40):
            joined = http.post("/seats", json={"code": served.code, "name": f"Seat {number}"})
            headers = {"authorization": f"Bearer {joined.json()['secret']}"}
            act = {"number": 1, "kind": "tried", "exercise": "sse", "passed": number % 2 == 0}
            assert http.post("/acts", headers=headers, json=[act]).status_code == 204
    began = time.monotonic()
    while (shown := served.board())["exercises"][0]["passed"] < 20:
        assert time.monotonic() - began < PATIENCE
    assert len(shown["seats"]) == 40
