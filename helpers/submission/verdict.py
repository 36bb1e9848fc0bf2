"""What there is to say about a submission: a sentence for each thing that was looked at."""

import textwrap
from dataclasses import dataclass, field, replace
from typing import Any, Self

from helpers.submission.gallery_entry import GalleryEntry, NoEntry
from helpers.submission.plain import plain

__all__ = ["NOT_SEEN", "TITLES", "Check", "NoCheck", "Verdict", "check_of", "parse_shown"]

# What is looked at, in the order in which it is told.
TITLES = {
    "files": "files",
    "secrets": "keys",
    "manifest": "manifest",
    "own": "own parts",
    "agent": "agent.py",
    "behaviour": "behaviour",
    "outside": "outside",
    "report": "report",
    "recording": "recording",
    "ttft": "first token",
    "note": "note",
}
NOT_SEEN = (
    "What can't be seen: an agent that is good only while it is tested, and who wrote it. "
    "Whoever has to know reads agent.py and talks to its author."
)
WIDTH = 100  # characters of a line
MOST_NAMED = 3  # problems of one check that are written out
LONGEST = 12_000  # characters of one check's words: every behaviour, with what was seen


class NoCheck(ValueError):
    """What should be a check is none."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        id: one of TITLES.
        title: what was looked at.
        passed: whether nothing speaks against it.
        why: what was found, in a sentence or some.
        told: whether it is the submission's word alone: nothing here could check it.
    """

    id: str
    title: str
    passed: bool
    why: str
    told: bool = False

    @property
    def word(self) -> str:
        """What came of it: "passed", "failed" or "told"."""
        return "failed" if not self.passed else "told" if self.told else "passed"

    @property
    def sign(self) -> str:
        """The same as a sign."""
        return {"passed": "✓", "failed": "✕", "told": "○"}[self.word]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {"id": self.id, "passed": self.passed, "why": self.why, "told": self.told}

    @classmethod
    def from_json(cls, given: Any) -> Self:
        """Return the check that somebody reports; nothing that it says is trusted.

        Raises:
            NoCheck: it is none.
        """
        match given:
            case {"id": str(id), "passed": bool(passed), "why": str(why), "told": bool(told)}:
                if id in TITLES:
                    return cls(id, TITLES[id], passed, plain(why, LONGEST), told)
        raise NoCheck("a check of another form")


def check_of(
    id: str, problems: list[str], good: str, *, told: str = "", most: int = MOST_NAMED
) -> Check:
    """Return the check that some problems make.

    Args:
        id: one of TITLES.
        problems: what is wrong, a sentence each.
        good: what to say if nothing is.
        told: why it could not be checked, if it couldn't.
        most: problems that are written out; the others are counted.
    """
    if not problems:
        return Check(id, TITLES[id], True, f"{good} {told}".strip(), bool(told))
    more = len(problems) - most
    # Each is of one length at most: a submission may hold a word of any length.
    words = " ".join(map(plain, problems[:most])) + (f" And {more} more." if more > 0 else "")
    return Check(id, TITLES[id], False, plain(words, LONGEST))


def parse_shown(given: Any) -> GalleryEntry:
    """Return what a gallery shows, as somebody reports it.

    Raises:
        NoCheck: it is none.
    """
    try:
        return GalleryEntry.from_json(given)
    except NoEntry as error:
        raise NoCheck(str(error)) from None


@dataclass(frozen=True)
class Verdict:
    """What there is to say about a submission.

    Attributes:
        name: of its folder.
        checks: in the order in which they are told.
        own: how many parts are the author's own, as far as that can be seen, such as "3 of 8".
        agent: SHA-256 of agent.py; "" if there is none.
        shape: the same of how agent.py is built, whatever its names and comments are.
        complete: whether it was looked at to the end.
        kept: the day on which it was found, if it was not looked at again today.
        copies: other submissions with the same agent.py, a sentence each.
        shown: what a gallery shows of it; None if that could not be found out.
    """

    name: str
    checks: tuple[Check, ...]
    own: str = ""
    agent: str = ""
    shape: str = ""
    complete: bool = True
    kept: str = ""
    copies: tuple[str, ...] = field(default=())
    shown: GalleryEntry | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """Why it didn't pass."""
        return [check.why for check in self.checks if not check.passed]

    @property
    def notes(self) -> list[str]:
        """What else there is to know about this row."""
        kept = f"Kept from {self.kept}: neither it nor the course has changed since."
        return [*([kept] if self.kept else []), *self.copies]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it, without what depends on the others of its class."""
        checks = [check.to_json() for check in self.checks]
        shown = None if self.shown is None else self.shown.to_json()
        told = {"own": self.own, "agent": self.agent, "shape": self.shape}
        return {**told, "shown": shown, "checks": checks}

    @classmethod
    def from_json(cls, given: Any) -> Self:
        """Return a verdict that was kept; it has no name.

        Raises:
            NoCheck: it is none.
        """
        match given:
            case {
                "own": str(own),
                "agent": str(agent),
                "shape": str(shape),
                "checks": [_, *_] as checks,
                "shown": shown,
                "kept": str(day),
            }:
                found = tuple(map(Check.from_json, checks))
                made = cls("", found, plain(own, 12), agent, shape, kept=plain(day, 12))
                return replace(made, shown=shown if shown is None else parse_shown(shown))
        raise NoCheck("a verdict of another form")

    def words(self) -> str:
        """Return it in words, a line or two for each check."""
        rows = [
            textwrap.fill(
                f"{one.sign} {one.title:12} {one.why}",
                WIDTH,
                subsequent_indent=" " * 15,
                break_on_hyphens=False,
            )
            for one in self.checks
        ]
        bad = sum(not one.passed for one in self.checks)
        end = f"passed: {self.name}" if self.passed else f"failed on {bad}: {self.name}"
        if told := [one.title for one in self.checks if one.word == "told"]:
            end += f"\n○ told, and not checked: {', '.join(told)}"
        return "\n".join([*rows, "", textwrap.fill(NOT_SEEN, WIDTH), "", end])
