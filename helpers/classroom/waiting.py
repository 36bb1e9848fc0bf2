"""What a seat has yet to tell its class: a file for each act, in the learner's folder.

Several notebooks of one learner share a seat. With a file for each act, none of them overwrites
what another one has written.
"""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from helpers.classroom.acts import NoAct, act_of

__all__ = ["Waiting"]

FOLDER = "class-acts"
MOST = 1_000  # acts; older ones are forgotten


class Waiting:
    """The acts that wait, the oldest first: those of this kernel, and those that were left.

    Args:
        folder: the learner's own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._acts: dict[str, dict[str, Any]] = {}
        for path in sorted(self._folder.glob("*.json"))[-MOST:]:
            try:
                act = json.loads(path.read_bytes())
                act_of(act)
                self._acts[path.stem] = {"number": int(act["number"]), **act}
            except (OSError, ValueError, LookupError, TypeError, NoAct):
                self._forget(path.stem)

    def __len__(self) -> int:
        return len(self._acts)

    def add(self, act: dict[str, Any]) -> None:
        """Keep an act; a full disk stops no lesson, and what waits is still in memory."""
        name = f"{time.time_ns():020}-{act['number']}"
        self._acts[name] = act
        for oldest in list(self._acts)[:-MOST]:
            self.drop([oldest])
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._folder / f"{name}.part"
            file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as opened:
                json.dump(act, opened)
            os.replace(part, part.with_suffix(".json"))

    def first(self, count: int) -> dict[str, dict[str, Any]]:
        """Return the oldest acts, by the names of their files."""
        return dict(list(self._acts.items())[:count])

    def drop(self, names: list[str]) -> None:
        """Forget acts that the class has, or will never take."""
        for name in names:
            self._acts.pop(name, None)
            self._forget(name)

    def clear(self) -> None:
        """Forget all acts, of other notebooks too: the seat is left."""
        self._acts.clear()
        for path in self._folder.glob("*.json"):
            self._forget(path.stem)
        with suppress(OSError):
            self._folder.rmdir()

    def _forget(self, name: str) -> None:
        with suppress(OSError):
            (self._folder / f"{name}.json").unlink(missing_ok=True)
