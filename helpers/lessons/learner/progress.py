"""What the learner has built: one folder, `my/`, that no update touches.

my/parts/sse.py       the source of each part that passed
my/progress.json      {"version": 1, "parts": {"sse": {"passed": true, "tries": 3,
                       "first_passed": "2026-11-29", "mistakes": ["splits-on-lf"]},
                       "text": {"tries": 1, "mistakes": [], "cases": [5, 9]}}}

It holds no code. A file of an earlier edition, which has only "passed", is read as well.
"""

import importlib
import json
import os
import sys
import tempfile
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.environment import home as homes
from helpers.lessons import find_exercise, find_needs
from helpers.lessons.checking.assemble import Sources, assemble, new_module
from helpers.lessons.checking.case import Namespace
from helpers.lessons.exercise import Exercise, module_of

__all__ = [
    "NotSaved",
    "find_passed",
    "home",
    "in_part",
    "note_try",
    "part_namespace",
    "save",
    "source",
    "sources",
]

ROOT = Path(__file__).parents[3]


class NotSaved(Exception):
    """The learner's folder can't be written to; the message says what to do."""


def home() -> Path:
    """Return the learner's folder: COURSE_HOME, or `my` in the course's, or one at home."""
    return homes.home(os.environ, ROOT)


def find_passed() -> list[str]:
    """Return the ids of the parts that have passed, of unknown parts too."""
    return [part_id for part_id in _read()["parts"] if source(part_id) is not None]


def source(part_id: str) -> str | None:
    """Return the learner's source of a part that has passed, else None."""
    entry = _read()["parts"].get(part_id)
    if not (isinstance(entry, dict) and entry.get("passed")):
        return None
    file = _part_file(part_id)
    try:
        with file.open(encoding="utf-8") as opened:
            if homes.belongs_to_me(opened.fileno(), file.parent, home()):
                return opened.read()
    except (OSError, UnicodeDecodeError):
        return None
    _warn(file)
    return None


def save(part_id: str, text: str) -> None:
    """Keep the source of a part that has passed.

    Raises:
        NotSaved: the folder can't be written to.
    """
    try:
        folder = _part_file(part_id).parent
        folder.mkdir(parents=True, exist_ok=True)
        for own in (folder, home()):
            homes.close_to_others(own)
        state = _read()
        entry = state["parts"].get(part_id)
        state["parts"][part_id] = {
            **(entry if isinstance(entry, dict) else {}),
            "passed": True,
        }
        _write(_part_file(part_id), text)
        _write(home() / "progress.json", json.dumps(state, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise NotSaved(
            f"It could not be saved: your folder can't be written to ({error.strerror}). "
            "Make room or give yourself the right to write there, then run the cell again."
        ) from None


def in_part() -> dict[str, tuple[int, int]]:
    """Return of exercises that are done in part how many cases passed, of how many."""
    found = {}
    for part_id, entry in _read()["parts"].items():
        match entry:
            case {"passed": True}:
                pass
            case {"cases": [int(right), int(cases)]}:
                found[part_id] = (int(right), int(cases))
    return found


def note_try(part_id: str, mistake: str = "", right: int = 0, cases: int = 0) -> None:
    """Count a try: its mistake, how many cases passed, the day when a part first passed.

    It comes after `save`. A folder that can't be written to is no news here: `save` says so.

    Args:
        part_id: such as "sse".
        mistake: its id; "" if the try passed, or the check named none.
        right: how many of its cases passed.
        cases: how many it has.
    """
    with suppress(OSError):
        home().mkdir(parents=True, exist_ok=True)
        state = _read()
        found = state["parts"].get(part_id)
        entry: dict[str, Any] = dict(found) if isinstance(found, dict) else {}
        tries, mistakes = entry.get("tries"), entry.get("mistakes")
        entry["tries"] = (tries if isinstance(tries, int) else 0) + 1
        known = mistakes if isinstance(mistakes, list) else []
        entry["mistakes"] = [*known, mistake] if mistake and mistake not in known else known
        entry.pop("cases", None)
        if 0 < right < cases:
            entry["cases"] = [right, cases]
        if entry.get("passed"):
            entry.setdefault("first_passed", date.today().isoformat())
        state["parts"][part_id] = entry
        _write(home() / "progress.json", json.dumps(state, indent=2, ensure_ascii=False) + "\n")


def sources(exercise: Exercise) -> Sources:
    """Return the course's source of a part, and the learner's if it has passed."""
    return Sources(exercise.id, exercise.reference_source(), source(exercise.id))


def part_namespace(part_id: str) -> Namespace:
    """Return the names of a part: the learner's if it has passed, else the course's own.

    Args:
        part_id: such as "sse".

    Raises:
        UnknownExercise: there is no such part.
    """
    exercise = find_exercise(part_id)
    chain = tuple(sources(one) for one in (*find_needs(exercise), exercise))
    if not any(one.own for one in chain):
        # The library module itself, so that its classes are those of the whole course.
        return Namespace(vars(importlib.import_module(module_of(exercise.reference))))
    return Namespace(vars(_assemble(chain)))


@cache
def _assemble(chain: tuple[Sources, ...]) -> ModuleType:
    module = new_module(f"your_{chain[-1].part_id}")
    for part_id in assemble(module, chain):
        _say(f"Your part {part_id} no longer runs, so the course's own takes its place.")
    return module


@cache
def _warn(file: Path) -> None:
    _say(
        f"{file} is not used: somebody else can have written it. Others must not be able to write "
        "to that file and its folders; then pass the exercise again."
    )


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


def _part_file(part_id: str) -> Path:
    return home() / "parts" / f"{part_id}.py"


def _read() -> dict[str, Any]:
    """Return what progress.json holds, with everything in it that this version doesn't know."""
    file = home() / "progress.json"
    try:
        state = json.loads(file.read_bytes())
        if not isinstance(state["parts"], dict):
            raise TypeError
    except FileNotFoundError:
        return {"version": 1, "parts": {}}
    except OSError as error:
        _say(f"Your progress can't be read ({error.strerror}); it counts as empty for now.")
        return {"version": 1, "parts": {}}
    except (ValueError, TypeError, LookupError, RecursionError):
        return _rebuilt(file)
    return dict(state)


def _rebuilt(file: Path) -> dict[str, Any]:
    """Put a damaged progress.json aside and tell from the saved parts what has passed."""
    parts = {path.stem: {"passed": True} for path in sorted((home() / "parts").glob("*.py"))}
    state = {"version": 1, "parts": parts}
    number, aside = 1, file.with_name("progress.damaged.json")
    while aside.exists():
        number += 1
        aside = file.with_name(f"progress.damaged-{number}.json")
    with suppress(OSError):
        os.replace(file, aside)
        _write(file, json.dumps(state, indent=2) + "\n")
    _say(
        f"Your progress.json was damaged. It is kept as {aside.name}, and your progress was "
        "read from the parts that you have saved."
    )
    return state


def _write(file: Path, text: str) -> None:
    """Replace a file as a whole: whoever reads it meets the old or the new one."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as new:
            new.write(text)
        os.replace(name, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
