"""An exercise is a folder: what it asks, its stub, its reference, its checks, its answers.

exercise.md     front matter, the task as the notebook shows it, the hints
stub.py         what the cell holds at first
reference.py    one way to write it, unless the front matter names a file of the library
checks.py       the cases, and what each mistake is recognised by; many are a folder `checks`
answers/        right_*.py, and for each mistake wrong_*.py, which says in words what it is
"""

import re
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from helpers.lessons.checking.case import Case

__all__ = [
    "SUPPORT",
    "BadExercise",
    "Exercise",
    "Words",
    "module_of",
    "read_exercise",
    "read_words",
]

ROOT = Path(__file__).resolve().parents[2]
# What the course's own parts take from the library, since no part stands for it: how other
# servers differ from the API, and what is told to those who show an answer. A file for others
# gets a copy of what is used of it.
SUPPORT = (
    "helpers.wire.abandoned",
    "helpers.wire.failures",
    "helpers.wire.keys",
    "helpers.wire.payloads",
    "helpers.wire.tool_input",
    "helpers.wire.updates",
)
# A line, or several in brackets, at the top of a module.
IMPORT = re.compile(r"^from (helpers[\w.]*) import (?:\([^)]*\)|[^\n(]*).*\n", re.MULTILINE)
REQUIRED = ("title", "minutes", "difficulty", "teaches")
OPTIONAL = ("kind", "needs", "reference")
KINDS = ("exercise", "part")
HINTS = ("## Hint 1", "## Hint 2", "## One way")
# How the head of a wrong answer says what it is; a line that goes on is indented.
LOOKS_LIKE, TRY_NEXT, GOES_ON = "# looks like: ", "# try next: ", "#   "


class BadExercise(ValueError):
    """A folder is no exercise yet; the message says what is missing in which file."""


class Words(NamedTuple):
    """What is said of a mistake.

    Attributes:
        looks_like: completes "This looks like": a noun phrase or a clause, one sentence.
        try_next: one or two sentences that help on without giving the answer away.
    """

    looks_like: str
    try_next: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: a part of the learner's build, or a small step before it.

    Attributes:
        id: the name of its folder. Progress and saved files go by it, so it never changes.
        folder: where its files are.
        title: what it is, in a few words.
        kind: "part" if it becomes a part of the learner's agent, else "exercise".
        minutes: how long it takes most people.
        difficulty: in a word.
        teaches: completes "What it teaches:".
        task: what the notebook says that there is to do.
        hints: two steps, then the sentence above the reference.
        needs: ids of the exercises whose names its code may use.
        reference: the file that solves it.
    """

    id: str
    folder: Path
    title: str
    kind: str
    minutes: int
    difficulty: str
    teaches: str
    task: str
    hints: tuple[str, str, str]
    needs: tuple[str, ...]
    reference: Path

    @property
    def notebook(self) -> str:
        """The notebook that it belongs to, without its ending."""
        return self.folder.parent.name.removeprefix("nb")

    @property
    def answers(self) -> Path:
        """The folder with right answers, and with one for each mistake."""
        return self.folder / "answers"

    @cached_property
    def stub(self) -> str:
        """What the cell holds at first, without its `%%build` line."""
        return (self.folder / "stub.py").read_text("utf-8")

    @cached_property
    def cases(self) -> "tuple[Case, ...]":
        """What it must do; run in this order, each on the same names."""
        found: tuple[Case, ...] = import_module(module_of(self.folder / "checks.py")).CASES
        return found

    def reference_source(self) -> str:
        """Return the reference as a learner would write it: no other part is imported."""

        # No `ast` here: Python 3.11's stumbles where another thread of the kernel uses it, too.
        def without(found: re.Match[str]) -> str:
            return found[0] if found[1] in SUPPORT else ""

        return IMPORT.sub(without, self.reference.read_text("utf-8"))

    def wrong_answer(self, mistake: str) -> Path:
        """Return the file with the answer that shows a mistake."""
        return self.answers / f"wrong_{mistake.replace('-', '_')}.py"

    def words(self, mistake: str) -> Words:
        """Return what is said of a mistake; its wrong answer begins with it.

        Raises:
            BadExercise: there is no such answer, or its head does not say both.
        """
        return read_words(self.wrong_answer(mistake))


def read_exercise(folder: Path) -> Exercise:
    """Read what a folder says of its exercise; its code is not read before it is asked for.

    Raises:
        BadExercise: `exercise.md` is not there, or something in it is missing.
    """
    page = folder / "exercise.md"
    try:
        text = page.read_text("utf-8")
    except OSError:
        raise BadExercise(f"{page} can't be read.") from None
    start, _, rest = text.partition("---\n")
    head, closed, body = rest.partition("\n---\n")
    if start or not closed:
        raise BadExercise(f"{page} has no front matter between two lines `---`.")
    facts = _facts(page, head)
    task, *hints = _sections(page, body)
    return Exercise(
        id=folder.name,
        folder=folder,
        title=facts["title"],
        kind=facts.get("kind", "exercise"),
        minutes=int(facts["minutes"]),
        difficulty=facts["difficulty"],
        teaches=facts["teaches"],
        task=task,
        hints=(hints[0], hints[1], hints[2]),
        needs=tuple(name.strip() for name in facts.get("needs", "").split(",") if name.strip()),
        reference=ROOT / facts["reference"] if "reference" in facts else folder / "reference.py",
    )


def _facts(page: Path, head: str) -> dict[str, str]:
    """Return the front matter: a line is `name: value`, and a value is text."""
    facts = {}
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        if not colon or name not in REQUIRED + OPTIONAL or not value.strip():
            raise BadExercise(f"{page} has a line in its front matter that means nothing: {line}")
        facts[name] = value.strip()
    for name in REQUIRED:
        if name not in facts:
            raise BadExercise(f"{page} does not say `{name}` in its front matter.")
    if facts.get("kind", KINDS[0]) not in KINDS or not facts["minutes"].isdecimal():
        raise BadExercise(f"{page} needs a kind that is part or exercise, and whole minutes.")
    return facts


def _sections(page: Path, body: str) -> list[str]:
    """Return the task and the three hints."""
    sections = []
    for heading in HINTS:
        section, found, body = body.partition(f"\n{heading}\n")
        if not found:
            raise BadExercise(f"{page} has no heading `{heading}`, or not in its place.")
        sections.append(section.strip())
    sections.append(body.strip())
    if not sections[0]:
        raise BadExercise(f"{page} says nothing of what there is to do.")
    for heading, section in zip(HINTS, sections[1:], strict=True):
        if not section:
            raise BadExercise(f"{page} has nothing under `{heading}`.")
    return sections


def read_words(answer: Path) -> Words:
    """Return what the head of a wrong answer says.

    Raises:
        BadExercise: the file is not there, or its head does not say both.
    """
    said: dict[str, str] = {}
    latest = ""
    try:
        with answer.open(encoding="utf-8") as lines:
            for line in lines:
                start = next((one for one in (LOOKS_LIKE, TRY_NEXT) if line.startswith(one)), "")
                if start:
                    latest, said[start] = start, line.removeprefix(start).strip()
                elif latest and line.startswith(GOES_ON):
                    said[latest] += " " + line.removeprefix("#").strip()
                else:
                    break
    except OSError:
        raise BadExercise(f"{answer} is missing: it shows a mistake and says what it is.") from None
    if not (said.get(LOOKS_LIKE) and said.get(TRY_NEXT)):
        raise BadExercise(f"{answer} must begin with `{LOOKS_LIKE}…` and `{TRY_NEXT}…`.")
    return Words(said[LOOKS_LIKE], said[TRY_NEXT])


def module_of(file: Path) -> str:
    """Return the name under which a file of the course is imported."""
    return ".".join(file.resolve().relative_to(ROOT).with_suffix("").parts)
