"""The learner's folder: nothing of it is ever lost."""

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest

from helpers import sse
from helpers.environment import home as homes
from helpers.lessons import UnknownExercise
from helpers.lessons.learner import progress
from helpers.lessons.learner.map import Map

OWN = "def hello_event(name):\n    return b'event: hello\\ndata: ' + name.encode() + b'\\n\\n'\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "my"))
    return tmp_path / "my"


def state(home: Path) -> object:
    return json.loads((home / "progress.json").read_text("utf-8"))


def test_a_newcomer_has_nothing(home: Path) -> None:
    assert progress.home() == home
    assert progress.find_passed() == []
    assert progress.source("hello") is None
    assert not home.exists()


def test_what_has_passed_is_kept(home: Path) -> None:
    progress.save("hello", OWN + "# é 松\n")
    assert progress.find_passed() == ["hello"]
    assert progress.source("hello") == OWN + "# é 松\n"
    assert (home / "parts" / "hello.py").read_bytes() == (OWN + "# é 松\n").encode()
    assert state(home) == {"version": 1, "parts": {"hello": {"passed": True}}}
    assert sorted(path.name for path in home.iterdir()) == ["parts", "progress.json"]


def test_what_is_done_in_part_says_how_far_until_it_has_passed(home: Path) -> None:
    progress.note_try("sse", "forgets-the-rest", 5, 9)
    progress.note_try("text", "", 0, 4)
    assert progress.in_part() == {"sse": (5, 9)}
    shown = repr(Map(set(progress.find_passed()), progress.in_part()))
    assert re.search(r"sse +5 of 9 cases$", shown, re.MULTILINE)
    progress.save("sse", "")
    progress.note_try("sse", "", 9, 9)
    progress.note_try("sse", "", 7, 9)  # the one that passed is kept
    assert progress.in_part() == {}
    assert "5 of 9" not in repr(Map(set(progress.find_passed()), progress.in_part()))


def test_tries_mistakes_and_the_first_day_are_kept_and_no_code(home: Path) -> None:
    for mistake in ("no-blank-line", "no-blank-line", ""):
        progress.note_try("hello", mistake)
    assert progress.find_passed() == []
    progress.save("hello", OWN)
    for _ in "twice":
        progress.note_try("hello")
    [entry] = state(home)["parts"].values()  # type: ignore[index]
    today = entry.pop("first_passed")
    assert date.fromisoformat(today) <= date.today()
    assert entry == {"tries": 8, "mistakes": ["no-blank-line"], "passed": True}
    assert progress.find_passed() == ["hello"]


def test_an_earlier_editions_file_is_counted_on(home: Path) -> None:
    (home / "parts").mkdir(parents=True)
    (home / "parts" / "hello.py").write_text(OWN)
    (home / "progress.json").write_text('{"version": 1, "parts": {"hello": {"passed": true}}}')
    assert progress.find_passed() == ["hello"]
    progress.note_try("hello", "no-blank-line")
    assert state(home)["parts"]["hello"]["tries"] == 1  # type: ignore[index]
    assert progress.find_passed() == ["hello"]


def test_what_this_version_does_not_know_is_kept(home: Path) -> None:
    home.mkdir()
    before = {"version": 3, "theme": "dark", "parts": {"later": {"passed": True}, "odd": 7}}
    (home / "progress.json").write_text(json.dumps(before), "utf-8")
    progress.save("hello", OWN)
    after = {**before, "parts": {**before["parts"], "hello": {"passed": True}}}  # type: ignore[dict-item]
    assert state(home) == after
    assert progress.find_passed() == ["hello"]  # nothing is known of the others' source


def test_what_passed_before_a_notebook_was_divided_still_counts(home: Path) -> None:
    for part in ("coalesce", "dangerous", "sentences", "bill", "tags"):
        progress.save(part, OWN)
    lines = [line.split() for line in repr(Map(set(progress.find_passed()))).splitlines()]
    states = {name: " ".join(state) for name, *_, a, b, c in lines for state in [(a, b, c)]}
    assert states["08_what_a_ui_shows"].endswith("✓ done")
    assert states["09_what_a_ui_tells"].endswith("✓ done")
    assert states["10_thinking_and_structured_output"] == "1 of 4"


def test_more_about_a_part_is_kept(home: Path) -> None:
    home.mkdir()
    before = {"version": 1, "parts": {"hello": {"passed": False, "tries": 4}}}
    (home / "progress.json").write_text(json.dumps(before), "utf-8")
    progress.save("hello", OWN)
    assert state(home) == {"version": 1, "parts": {"hello": {"passed": True, "tries": 4}}}


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"parts": []}', b"{}", b"\xff\xfe", b"null", b"[" * 99999]
)
def test_a_damaged_file_is_set_aside(
    damage: bytes, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.save("hello", OWN)
    (home / "progress.json").write_bytes(damage)
    assert progress.find_passed() == ["hello"]
    assert (home / "progress.damaged.json").read_bytes() == damage
    assert capsys.readouterr().err == (
        "Your progress.json was damaged. It is kept as progress.damaged.json, and your progress "
        "was read from the parts that you have saved.\n"
    )
    assert progress.find_passed() == ["hello"]
    assert capsys.readouterr().err == ""


def test_each_damaged_file_is_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir()
    for damage in ("one", "two"):
        (home / "progress.json").write_text(damage)
        assert progress.find_passed() == []
    assert (home / "progress.damaged.json").read_text() == "one"
    assert (home / "progress.damaged-2.json").read_text() == "two"
    assert "progress.damaged-2.json" in capsys.readouterr().err


def test_a_folder_that_can_not_be_written_to(home: Path) -> None:
    home.write_text("a file where the folder should be")
    with pytest.raises(progress.NotSaved, match=r"^It could not be saved: your folder can't be"):
        progress.save("hello", OWN)


def test_a_failed_write_leaves_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress.save("hello", OWN)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(progress.NotSaved, match="No space left on device"):
        progress.save("hello", "something else")
    assert progress.source("hello") == OWN
    assert [path.name for path in (home / "parts").iterdir()] == ["hello.py"]


def test_the_reference_stands_in() -> None:
    assert progress.part_namespace("hello").hello_event("Ada") == b"event: hello\ndata: Ada\n\n"


def test_without_an_own_part_it_is_the_library_itself() -> None:
    assert progress.part_namespace("sse").SSEDecoder is sse.SSEDecoder


def test_the_learners_part_is_used() -> None:
    progress.save("hello", OWN + "mine = True\n")
    names = progress.part_namespace("hello")
    assert names.mine
    assert names.hello_event is progress.part_namespace("hello").hello_event
    assert "hello_event" in dir(names)
    with pytest.raises(AttributeError, match="nothing here is called missing"):
        names.missing  # noqa: B018


@pytest.mark.parametrize("source", ["1 / 0", "def (", "raise SystemExit", "hello_event = None\nx"])
def test_a_part_that_no_longer_loads(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    progress.save("hello", source)
    assert progress.part_namespace("hello").hello_event("Ada") == b"event: hello\ndata: Ada\n\n"
    assert capsys.readouterr().err == (
        "Your part hello no longer runs, so the course's own takes its place.\n"
    )


def test_a_later_part_runs_on_the_learners_earlier_one() -> None:
    progress.save("sse", "class SSEDecoder:\n    mine = True\n")
    names = progress.part_namespace("text")
    assert names.SSEDecoder.mine
    assert names.EventTooLarge  # the reference of `text` needs it; the learner's part has none
    assert names.stream_text.__module__ == names.SSEDecoder.__module__


def test_an_unknown_part() -> None:
    with pytest.raises(
        UnknownExercise, match=r"^There is no exercise 'see'. The exercises are: hello, "
    ):
        progress.part_namespace("see")


# Whose folder it is


@pytest.mark.skipif(os.name == "nt", reason="modes and owners are those of Unix")
class TestOnAMachineOfMany:
    def test_a_part_that_others_could_write_is_not_run(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        progress.save("hello", OWN)
        for changed in (home / "parts" / "hello.py", home / "parts", home):
            before = changed.stat().st_mode
            changed.chmod(before | 0o002)
            progress._warn.cache_clear()
            assert progress.source("hello") is None
            assert progress.find_passed() == []
            assert capsys.readouterr().err.count("somebody else can have written it") == 1
            changed.chmod(before)
            assert progress.source("hello") == OWN

    def test_a_part_of_another_is_not_run(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        progress.save("hello", OWN)
        another = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: another)
        assert progress.source("hello") is None

    def test_a_folder_that_was_open_is_closed_when_a_part_is_saved(self, home: Path) -> None:
        (home / "parts").mkdir(parents=True)
        (home / "parts").chmod(0o777)
        home.chmod(0o777)
        progress.save("hello", OWN)
        assert progress.source("hello") == OWN
        assert [one.stat().st_mode & 0o022 for one in (home, home / "parts")] == [0, 0]

    def test_each_has_a_folder_of_their_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        course, person = tmp_path / "course", tmp_path / "person"
        course.mkdir()
        monkeypatch.setattr(Path, "home", lambda: person)
        assert homes.home({}, course) == course / "my"
        assert homes.home({"COURSE_HOME": "/elsewhere"}, course) == Path("/elsewhere")
        another = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: another)  # the course's folder is root's, say
        assert homes.home({}, course) == person / "streaming-agents"
        (course / "my").mkdir()
        assert homes.home({}, course) == person / "streaming-agents"
