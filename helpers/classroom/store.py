"""What lasts of a class: one file of SQLite. A server that was killed goes on from it."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["Store"]

# Letters and digits that nobody confuses on a projector.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 6

TABLES = """
CREATE TABLE IF NOT EXISTS class (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seats (id TEXT PRIMARY KEY, secret TEXT NOT NULL, name TEXT NOT NULL,
    joined REAL NOT NULL);
CREATE TABLE IF NOT EXISTS acts (place INTEGER PRIMARY KEY, seat TEXT NOT NULL,
    number INTEGER NOT NULL, at REAL NOT NULL, act TEXT NOT NULL, UNIQUE (seat, number));
CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, at REAL NOT NULL,
    sent TEXT NOT NULL);
"""


def open_file(path: Path) -> sqlite3.Connection:
    """Open a class's file, with its tables."""
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        file.execute("PRAGMA journal_mode = WAL")
        # What was written survives the end of this process; of a power cut, the last moment may
        # be lost.
        file.execute("PRAGMA synchronous = NORMAL")
        file.executescript(TABLES)
    except BaseException:
        file.close()
        raise
    return file


class Store:
    """A class's file.

    Attributes:
        code: with which a seat joins.
        key: with which the instructor controls; nobody else has it.
    """

    def __init__(self, path: Path) -> None:
        """Open a class, or begin one.

        Raises:
            OSError: the file can't be opened, or is none of ours.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with suppress(OSError):  # Windows has other rights
            path.chmod(0o600)
        try:
            self._file = open_file(path)
        except sqlite3.DatabaseError as error:
            raise OSError(0, f"it is no file of a class ({error})", str(path)) from None
        self.code = self._keep(
            "code", "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        )
        self.key = self._keep("key", secrets.token_urlsafe(24))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _keep(self, name: str, fresh: str) -> str:
        self._file.execute("INSERT OR IGNORE INTO class VALUES (?, ?)", (name, fresh))
        [(value,)] = self._file.execute("SELECT value FROM class WHERE name = ?", (name,))
        return str(value)

    def add_seat(self, name: str, now: float) -> tuple[str, str]:
        """Make a seat; return its id and its secret, of which only a hash is kept."""
        id, secret = secrets.token_urlsafe(9), secrets.token_urlsafe(24)
        self._file.execute("INSERT INTO seats VALUES (?, ?, ?, ?)", (id, _hash(secret), name, now))
        return id, secret

    def seat_of(self, secret: str) -> str | None:
        """Return the id of the seat that has this secret."""
        found = self._file.execute("SELECT id FROM seats WHERE secret = ?", (_hash(secret),))
        return next((str(id) for (id,) in found), None)

    def remove_seat(self, id: str) -> None:
        """Forget a seat and all that it told."""
        self._file.execute("DELETE FROM acts WHERE seat = ?", (id,))
        self._file.execute("DELETE FROM seats WHERE id = ?", (id,))

    def add_act(self, seat: str, number: int, at: float, act: dict[str, Any]) -> bool:
        """Keep an act; False if it was kept before, as when an answer was lost on the way."""
        done = self._file.execute(
            "INSERT OR IGNORE INTO acts (seat, number, at, act) VALUES (?, ?, ?, ?)",
            (seat, number, at, json.dumps(act)),
        )
        return done.rowcount == 1

    def add_order(self, at: float, order: dict[str, Any]) -> int:
        """Keep an order; return its number. They count from 1."""
        done = self._file.execute(
            "INSERT INTO orders (at, sent) VALUES (?, ?)", (at, json.dumps(order))
        )
        assert done.lastrowid is not None
        return done.lastrowid

    def seats(self) -> Iterator[tuple[str, str, float]]:
        """Give the id and the name of each seat, and when it was made."""
        yield from self._file.execute("SELECT id, name, joined FROM seats ORDER BY joined")

    def acts(self) -> Iterator[tuple[str, float, dict[str, Any]]]:
        """Give each act with its seat and its time, in the order in which they came."""
        for seat, at, act in self._file.execute("SELECT seat, at, act FROM acts ORDER BY place"):
            yield seat, at, json.loads(act)

    def acts_of(self, seat: str) -> list[dict[str, Any]]:
        """Return all that one seat told."""
        return [act for one, _, act in self.acts() if one == seat]

    def orders(self) -> Iterator[tuple[int, float, dict[str, Any]]]:
        """Give the number, the time and the words of each order."""
        for number, at, order in self._file.execute("SELECT * FROM orders ORDER BY number"):
            yield number, at, json.loads(order)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
