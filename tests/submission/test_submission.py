"""A submission from its making to its verdict, and the ways to cheat."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.submission.conformance.suite import Result
from helpers.submission.consistency import cast_in, read_measurement
from helpers.submission.manifest import CONTENTS, hash_content
from helpers.submission.package import CannotPackage, package
from helpers.submission.picture import animated_svg
from helpers.submission.recording import Cast, record
from helpers.submission.report import claims, dump_report, page, results_in
from helpers.submission.ttft import dump_measurement
from helpers.submission.verdict import Verdict
from helpers.submission.verify import verify
from tests.submission.broken import BROKEN, break_source

pytestmark = pytest.mark.long  # makes a submission, and verifies it again and again

ROOT = Path(__file__).resolve().parents[2]
NOTE = """\
The hardest case was a stream that was truncated in the middle of a tool's input. My first
build ran the call with half of its JSON. Now a call counts only once its block has stopped.
"""
CASES = ["streams_text", "loops", "by_hand"]


def course(*arguments: object, home: Path, here: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the course as a person does, in a folder of theirs."""
    environment = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    who = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org"}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    return subprocess.run(
        [sys.executable, "-P", "-m", "helpers.submission.commands", *map(str, arguments)],
        env={**environment, **who, "PYTHONPATH": str(ROOT), "COURSE_HOME": str(home)},
        cwd=here,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission of somebody who has written no part, made on the command line."""
    home, here = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("here")
    first = course("submit", home=home, here=here)
    assert first.returncode == 2 and "sentences" in first.stderr
    (home / "note.md").write_text(NOTE, encoding="utf-8")
    done = course("submit", "--runs", 3, "--git", home=home, here=here)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every part of it is the course's own" in done.stdout
    assert "Nothing was pushed" in done.stdout
    return home / "submission"


def test_a_separate_process_verifies_it_from_a_clean_folder(submission: Path, tmp_path: Path):
    handed_in = tmp_path / "ann"
    shutil.copytree(submission, handed_in)
    empty = tmp_path / "empty"
    empty.mkdir()
    done = course("verify", handed_in, "--seeds", 1, home=empty, here=empty)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed: ann" in done.stdout and "ontained" in done.stdout
    assert list(empty.iterdir()) == []


def test_what_is_in_it_can_be_published(submission: Path):
    assert {path.name for path in submission.iterdir()} == {
        *CONTENTS,
        "card.png",
        "manifest.json",
        ".git",
        ".gitattributes",
    }
    whole = b"".join((submission / name).read_bytes() for name in CONTENTS)
    assert str(Path.home()).encode() not in whole or len(str(Path.home())) < 4
    readme = (submission / "README.md").read_text(encoding="utf-8")
    assert "Every part of it is the course's own" in readme
    log = ["git", "-C", str(submission), "log", "--format=%an"]
    assert subprocess.run(log, capture_output=True, text=True).stdout == "Ann\n"


# ---- Cheats: what each does to a good submission, and the one check that must see it


class Copy:
    """A copy of a submission to change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def json(self, name: str, change: Callable[[dict], None]) -> None:
        data = json.loads((self.folder / name).read_text(encoding="utf-8"))
        change(data)
        self.write(name, json.dumps(data, indent=2) + "\n")

    def write(self, name: str, text: str) -> None:
        """Write a file, and put its hash into the manifest as any cheat would."""
        (self.folder / name).write_text(text, encoding="utf-8", newline="")
        if name != "manifest.json":
            content = text.encode()
            self.json(
                "manifest.json", lambda data: data["files"].update({name: hash_content(content)})
            )

    @property
    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def results(self) -> list[Result]:
        return results_in(json.loads(self.files["conformance.json"]))

    def report(self, results: list[Result]) -> None:
        given = claims(results, self.files["agent.py"])
        self.write("conformance.json", dump_report(given))
        self.write("report.html", page(given))
        self.json("manifest.json", lambda data: data.update(seeds=given["seeds"]))

    def agent(self, source: str, failing: set[str]) -> None:
        """Put another agent in, with an honest report and a recording of its own."""
        self.write("agent.py", source)
        self.report(
            [
                replace(one, passed=False, seen="nothing", expected="more")
                if one.case in failing
                else one
                for one in self.results()
            ]
        )

    def recording(self, cast: Cast) -> None:
        self.write("recording.cast", cast.text())
        self.write("recording.svg", animated_svg(cast_in(self.files)))


def owners_changed(copy: Copy) -> None:
    copy.json("manifest.json", lambda data: data["owners"].update(sse="yours"))


def agent_changed(copy: Copy) -> None:
    with (copy.folder / "note.md").open("a", encoding="utf-8") as file:
        file.write("\n")


def report_without_a_run(copy: Copy) -> None:
    copy.report([replace(one, seed=one.seed + 1) for one in copy.results()])


def report_of_half(copy: Copy) -> None:
    copy.report(copy.results()[:7])


def page_painted(copy: Copy) -> None:
    text = copy.files["report.html"].decode()
    copy.write("report.html", re.sub(r"\b(\d+) of \1\b", "99 of 99", text))


TRANSCRIPT = """
import sys, time
for word in "Let me look. > get_weather Oslo . While it runs , I talk . It is 7 degrees .".split():
    time.sleep(0.1)
    print(word, end=" ", flush=True)
"""


def hard_coded(copy: Copy) -> None:
    copy.agent(TRANSCRIPT, {one.case for one in copy.results()})
    copy.json("manifest.json", lambda data: data.update(owners={"agent": "yours"}, packages=[]))
    copy.recording(record(copy.folder / "agent.py", "What's the weather in Oslo?"))


def sdk_through_importlib(copy: Copy) -> None:
    source = copy.files["agent.py"].decode()
    copy.agent(break_source(source, BROKEN["imports an SDK through importlib"]), {"by_hand"})


def replace_recording(copy: Copy) -> None:
    """A recording of another agent: it streams, calls a tool, and says other things."""
    said = "One moment please > get_weather Paris meanwhile listen closely: sunny skies over Paris"
    events = tuple((0.3 * n, f"{word} ") for n, word in enumerate(said.split(), 1))
    copy.recording(Cast(80, 24, 'python agent.py --mock "Weather in Paris?"', events))


def all_at_once(copy: Copy) -> None:
    cast = cast_in(copy.files)
    text = "".join(text for _, text in cast.events)
    copy.recording(replace(cast, events=((0.2, text), (cast.seconds, "\n"))))


def speed_up(copy: Copy) -> None:
    cast = cast_in(copy.files)
    copy.recording(replace(cast, events=tuple((at / 25, text) for at, text in cast.events)))


def picture_of_another(copy: Copy) -> None:
    cast = replace(cast_in(copy.files), command="python better_agent.py")
    copy.write("recording.svg", animated_svg(cast))


def time_invented(copy: Copy) -> None:
    found = read_measurement(copy.files)
    assert found is not None
    faster = replace(found, wire=(0.301,) * 5, agent=(0.302,) * 5)
    copy.write("ttft.json", dump_measurement(faster))
    copy.write("ttft.svg", faster.plot().svg)


def median_invented(copy: Copy) -> None:
    copy.json("ttft.json", lambda data: data["milliseconds"]["agent"].update(median=1.0))


def note_left_out(copy: Copy) -> None:
    copy.write("note.md", "It was hard.\n")


def key_left_in(copy: Copy) -> None:
    copy.write("note.md", NOTE + "\nMy key is sk-" + "ant-api03-0123456789abcdef.\n")


def key_in_the_recording(copy: Copy) -> None:
    """In colours, and spread over several writes."""
    cast = cast_in(copy.files)
    parts = ["sk-", "ant-\x1b[31mapi03", "-012345\x1b[0m6789abcdef\r\n"]
    events = [*cast.events, *((cast.seconds + 0.1, part) for part in parts)]
    copy.recording(replace(cast, events=tuple(events)))


CHEATS = {
    owners_changed: ("manifest", "disagree on whose sse is"),
    agent_changed: ("manifest", "note.md is not the file"),
    report_without_a_run: ("report", "doesn't rest on a run"),
    report_of_half: ("report", "each behaviour once"),
    page_painted: ("report", "report.html was not made"),
    hard_coded: ("behaviour", "had sent no request"),
    sdk_through_importlib: ("behaviour", "imports openai"),
    replace_recording: ("recording", "of another agent"),
    all_at_once: ("recording", "shows no stream"),
    speed_up: ("recording", "other times"),
    picture_of_another: ("recording", "recording.svg was not made"),
    time_invented: ("ttft", "repeats one number"),
    median_invented: ("ttft", "not those of its own runs"),
    note_left_out: ("note", "1 sentence"),
    key_left_in: ("secrets", "looks like a key"),
    key_in_the_recording: ("secrets", "recording.cast holds something"),
}


@pytest.fixture(scope="module")
def verdicts(
    submission: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[Callable[[Copy], None], Verdict]:
    """What is said of each cheat; they are looked at side by side, as each mostly waits."""

    def verdict(cheat: Callable[[Copy], None]) -> Verdict:
        folder = tmp_path_factory.mktemp("cheats", numbered=True) / "copy"
        shutil.copytree(submission, folder, ignore=shutil.ignore_patterns(".git"))
        cheat(Copy(folder))
        return look_at(folder)

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(CHEATS, pool.map(verdict, CHEATS), strict=True))


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.__name__)
def test_a_cheat_fails_on_what_it_breaks(
    cheat: Callable[[Copy], None], verdicts: dict[Callable[[Copy], None], Verdict]
):
    verdict = verdicts[cheat]
    id, words = CHEATS[cheat]
    assert [check.id for check in verdict.checks if not check.passed] == [id], verdict.words()
    [reason] = verdict.reasons
    assert words in reason


def look_at(folder: Path) -> Verdict:
    return verify(folder, seeds=1, cases=CASES, runs=0)


def test_a_claim_that_is_not_found_again_is_said(submission: Path, tmp_path: Path):
    """Who breaks the agent and keeps the good report fails on both."""
    folder = tmp_path / "broken"
    shutil.copytree(submission, folder, ignore=shutil.ignore_patterns(".git"))
    copy = Copy(folder)
    copy.agent(
        break_source(copy.files["agent.py"].decode(), BROKEN["stops after the first tools"]), set()
    )
    bad = {check.id: check.why for check in look_at(folder).checks if not check.passed}
    assert bad.keys() == {"behaviour", "report"}
    assert "claims that it" in bad["report"]


# ---- What can't be handed in


def parts_of(submission: Path) -> dict[str, object]:
    files = {name: (submission / name).read_bytes() for name in CONTENTS}
    measured = read_measurement(files)
    assert measured is not None
    return {
        "agent": submission / "agent.py",
        "owners": {"agent": "yours"},
        "cast": cast_in(files),
        "measured": measured,
        "note": NOTE,
        "results": results_in(json.loads(files["conformance.json"])),
        "mode": "mock",
    }


def test_no_key_is_shipped(submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    parts = parts_of(submission)
    monkeypatch.setenv("SOME_API_KEY", "a-key-of-no-known-form")
    agent = tmp_path / "agent.py"
    agent.write_text("KEY = 'a-key-of-no-known-form'\n", encoding="utf-8")
    with pytest.raises(CannotPackage, match=r"agent\.py holds .*Nothing was written"):
        package(tmp_path / "out", **{**parts, "agent": agent})
    assert not (tmp_path / "out").exists()


def test_a_folder_of_something_else_stays_as_it_is(submission: Path, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CannotPackage, match="is no submission, and holds thesis"):
        package(tmp_path / "out", **parts_of(submission))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_a_submission_is_replaced_as_a_whole(submission: Path, tmp_path: Path):
    parts = parts_of(submission)
    package(tmp_path / "out", **parts)
    package(tmp_path / "out", **{**parts, "note": NOTE + "More."})
    assert (tmp_path / "out" / "note.md").read_text(encoding="utf-8").endswith("More.\n")
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


@pytest.mark.parametrize(
    ("source", "words"),
    [("def f(:\n", "is no Python: line 1"), ("print('hi')\n" * 100_000, "less than 1 MB")],
)
def test_a_file_that_is_no_agent_is_refused(source: str, words: str, tmp_path: Path):
    file = tmp_path / "mine.py"
    file.write_text(source, encoding="utf-8")
    done = course("submit", "--agent", file, home=tmp_path / "home", here=tmp_path)
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
