"""The way to a submission as a view: a button for each step, with live progress."""

import asyncio
import json
import os
import random
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import traitlets

from helpers.lessons.learner import progress
from helpers.render.endings import Ending
from helpers.submission import steps as work
from helpers.submission.bundle import CannotBundle
from helpers.submission.conformance.cases import cases_here
from helpers.submission.conformance.suite import Result, all_pass, tried
from helpers.submission.gallery_entry import on_one_line
from helpers.submission.manifest import About
from helpers.submission.note import note_problems, sentences
from helpers.submission.package import CannotPackage, package
from helpers.submission.picture import animated_svg
from helpers.submission.recording import CannotRecord, Cast, leaks, record, scrub, secrets_here
from helpers.submission.ttft import CannotMeasure, Measured, measured
from helpers.widgets import live
from helpers.widgets.running import PictureView
from helpers.widgets.submit.model import STEPS, Step, sentence
from helpers.widgets.submit.snapshot import draw, tell
from helpers.widgets.view import assets

__all__ = ["SubmitView"]

NEEDS = {
    "bundle": (),
    "check": ("bundle",),
    "record": ("bundle",),
    "measure": ("bundle",),
    "note": (),
    "package": ("bundle", "check", "record", "measure", "note"),
}
# Under which name the manifest says that a step's files are left out.
LEFT_OUT = {"record": "recording", "measure": "ttft"}
# What a person can mend; each carries a sentence.
MENDABLE = (CannotBundle, work.CannotSubmit, CannotRecord, CannotMeasure, CannotPackage)


class SubmitView(PictureView):
    """Bundle, check, record, measure, note, package: one by one, or all of them.

    Args:
        agent: a file that was written elsewhere, in place of the learner's parts.
        seeds: how often each behaviour is tried, each time with other values.
        runs: how often the first token is timed.
    """

    _esm, _css = assets("submit").values()
    pictures = traitlets.Dict().tag(sync=True)  # SVG and words, by step
    note = traitlets.Unicode().tag(sync=True)
    about = traitlets.Dict().tag(sync=True)  # title, author, and whether a gallery may show it

    def __init__(self, agent: Path | None = None, *, seeds: int = 1, runs: int = 5) -> None:
        self._agent, self._seeds, self._measurements = agent, seeds, runs
        self._steps = {step.id: step for step in STEPS}
        self._chosen: tuple[str, ...] = ()
        self._planned: tuple[str, ...] = ()  # the chosen, and what they rest on
        self._ready: work.Ready | None = None
        self._source = b""
        self._results: list[Result] = []
        self._cast: Cast | None = None
        self._measured: Measured | None = None
        super().__init__(state=self._state_now(), note=_read_note(), about=_read_about()._asdict())

    def snapshot(self) -> str:
        """Return the steps as SVG."""
        return draw(tuple(self._steps.values()))

    def text_alternative(self) -> str:
        """Return the steps in words."""
        return tell(tuple(self._steps.values()))

    def start(self, *chosen: str) -> None:
        """Do some steps, and what they rest on and hasn't been done; all, if none is named."""
        if self._running is None or self._running.done:
            self._chosen = chosen or tuple(self._steps)
            super().start()

    def _runs(self) -> bool:
        return any(step.state == "running" for step in self._steps.values())

    # The work, on the loop of the streams

    def _begin(self) -> None:
        chosen = {*self._chosen}
        for id in self._chosen:
            chosen |= {one for one in NEEDS[id] if not self._is_there(one)}
        self._planned = tuple(id for id in self._steps if id in chosen)
        self._set(self._planned[0], "running", "")

    async def _work(self) -> None:
        for id in self._planned:
            await self._do(id)

    def _end(self, how: Ending | None) -> None:
        for id, step in self._steps.items():
            if step.state == "running":  # it was stopped
                self._set(id, "waiting", "Stopped.")

    async def _do(self, id: str) -> None:
        """Do one step, if those that it rests on have been done."""
        self._set(id, "running", "")
        if missing := [one for one in NEEDS[id] if not self._is_there(one)]:
            names = ", ".join(self._steps[one].name.lower() for one in missing)
            self._set(id, "waiting", f"This waits for: {names}.")
            return
        do: Callable[[], Awaitable[None]] = getattr(self, f"_{id}")
        try:
            await do()
        except MENDABLE as problem:
            self._set(id, "failed", str(problem))
        except Exception as error:
            self._set(id, "failed", f"{type(error).__name__}: {error}")

    def _is_there(self, id: str) -> bool:
        if id == "check":  # a report may hold failures, and still be a report
            return bool(self._results)
        # What this machine can't record or measure is left out, and the manifest says why.
        return self._steps[id].state in (("done", "failed") if id in LEFT_OUT else ("done",))

    async def _bundle(self) -> None:
        if self._agent is None:
            ready = await asyncio.to_thread(work.build_agent)
        else:
            ready = await asyncio.to_thread(work.read_agent, self._agent)
        source = ready.file.read_bytes()
        if self._source not in (b"", source):
            self._forget()  # what was found out was about another file
        self._ready, self._source = ready, source
        lines = len(source.splitlines())
        whose = work.describe_owners(ready.owners)
        self._set("bundle", "done", f"{_short(ready.file)}, {lines:,} lines: {whose}")

    def _forget(self) -> None:
        self._results, self._cast, self._measured = [], None, None
        self.pictures = {}
        for step in STEPS:
            if step.id not in ("bundle", "note"):
                self._steps[step.id] = step

    async def _check(self) -> None:
        file, cases = self._file(), cases_here()
        seeds = random.SystemRandom().sample(range(2**31), self._seeds)
        found: list[Result] = []
        self._results = []
        self._set("check", "running", "", total=len(cases) * len(seeds))
        async with aclosing(tried(file, seeds)) as results:
            async for result in results:
                found.append(result)
                bad = _failures(found)
                self._set("check", "running", _so_far(result), bad, len(found))
        self._results = found
        failed = {result.case for result in found if not result.passed}
        times = "once" if self._seeds == 1 else f"{self._seeds} times each"
        words = f"{len(cases) - len(failed)} of {len(cases)} behaviours, tried {times}"
        words += " with values that nobody knew."
        self._set("check", "done" if all_pass(found) else "failed", words, _failures(found))

    async def _record(self) -> None:
        self._cast = None
        secrets = secrets_here()
        cast = scrub(await asyncio.to_thread(record, self._file(), work.PROMPT), secrets)
        if found := leaks(cast.said, secrets):
            raise CannotRecord(f"The recording holds {found[0]}: it isn't kept.")
        if cast.code != 0:
            raise CannotRecord(f"The agent ended with {cast.code}: {cast.said.strip()[-200:]}")
        self._cast = cast
        self.pictures = {**self.pictures, "record": [animated_svg(cast), cast.said]}
        self._set("record", "done", f"{cast.seconds:.1f} s of a terminal, and no key in it.")

    async def _measure(self) -> None:
        self._measured = None
        found = await asyncio.to_thread(measured, self._file(), self._measurements)
        self._measured = found
        self.pictures = {**self.pictures, "measure": [found.plot().svg, found.words()]}
        self._set("measure", "done", found.words())

    async def _note(self) -> None:
        text = work.note()
        if lacking := note_problems(text):
            words = f"Write it here or into {_short(progress.home() / 'note.md')}."
            self._set("note", "failed", words, tuple(lacking))
            return
        self._set("note", "done", f"{len(sentences(text))} sentences, and an edge case by name.")

    async def _package(self) -> None:
        assert self._ready  # NEEDS has it done before
        made = {"record": self._cast, "measure": self._measured}
        missing = [id for id, one in made.items() if one is None]
        folder = await asyncio.to_thread(
            package,
            progress.home() / "submission",
            agent=self._ready.file,
            owners=self._ready.owners,
            cast=self._cast,
            measured=self._measured,
            note=work.note(),
            results=self._results,
            mode="mock",
            about=About(**self.about),
            left_out={LEFT_OUT[id]: self._steps[id].words for id in missing},
        )
        words = f"Wrote {len(list(folder.iterdir()))} files to {_short(folder)}. "
        if missing:
            names = " and ".join(self._steps[id].name.lower() for id in missing)
            words += f"It says why there is nothing of: {names}. "
        words += "Now verify them: "
        self._set("package", "done", f"{words}python3 course.py verify {_short(folder)}")

    def _file(self) -> Path:
        assert self._ready  # NEEDS has it done before
        return self._ready.file

    def _set(
        self,
        id: str,
        state: str,
        words: str,
        details: tuple[str, ...] = (),
        done: int = 0,
        total: int | None = None,
    ) -> None:
        step = self._steps[id]
        self._steps[id] = replace(
            step,
            state=state,
            words=words,
            details=details,
            done=done,
            total=step.total if total is None else total,
        )

    # What the page gets

    def _state_now(self) -> dict[str, Any]:
        steps: tuple[Step, ...] = tuple(self._steps.values())
        return {
            "steps": [step.to_json() for step in steps],
            "words": sentence(steps),
            "running": self._runs(),
        }

    def _receive(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        match message:
            case {"op": "start", "step": id}:
                if id in tuple(self._steps):
                    self.start(id)
            case {"op": "note", "text": str(text)}:
                self._save(text[:20_000])
            case {"op": "about", "title": str(t), "author": str(a), "gallery": bool(shown)}:
                self.about = About(on_one_line(t), on_one_line(a), shown)._asdict()
            case _:
                super()._receive(widget, message, buffers)

    def _save(self, text: str) -> None:
        """Keep the learner's note, and read it."""
        file = progress.home() / "note.md"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=file.parent, prefix=".note.")
            with open(handle, "w", encoding="utf-8", newline="\n") as new:
                new.write(text)
            os.replace(part, file)
        except OSError as error:
            self._set("note", "failed", f"The note could not be saved: {error.strerror}.")
            live.call(self._show)
            return
        self.note = text
        self.start("note")


def _failures(found: list[Result]) -> tuple[str, ...]:
    """Return a line for each behaviour that failed: what was sent, seen and expected."""
    lines: dict[str, str] = {}
    for result in found:
        if not result.passed:
            words = f"✕ {result.title}: sent {result.sent}; saw {result.seen}; "
            lines.setdefault(result.case, f"{words}expected {result.expected}")
    return tuple(lines.values())


def _so_far(result: Result) -> str:
    return f"{'✓' if result.passed else '✕'} {result.title}"


def _read_note() -> str:
    """Return the learner's note; "" while there is none."""
    try:
        return (progress.home() / "note.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _read_about() -> About:
    """Return what the submission that is there says about itself."""
    try:
        text = (progress.home() / "submission" / "manifest.json").read_text(encoding="utf-8")
        given = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return About()
    match given:
        case {"title": str(title), "author": str(author), "gallery": bool(gallery)}:
            return About(on_one_line(title), on_one_line(author), gallery)
    return About()


def _short(path: Path) -> str:
    """Return a path as one would type it in the course's folder."""
    try:
        return path.relative_to(progress.ROOT).as_posix()
    except ValueError:
        return str(path)
