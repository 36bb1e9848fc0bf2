"""What people hand in: half of it, links, bombs, archives, and names that are formulas."""

import csv
import io
import json
import os
import re
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.submission import verdict_store
from helpers.submission.archive import CannotUnpack, unpack
from helpers.submission.commands import main
from helpers.submission.conformance.suite import Result
from helpers.submission.consistency import agent_problems, report_problems, ttft_problems
from helpers.submission.manifest import CONTENTS, problems
from helpers.submission.report import NoReport, claims, page, results_in
from helpers.submission.submission_files import ARCHIVE, LARGEST, CannotRead, read
from helpers.submission.table import csv_of, page_of, table, with_copies
from helpers.submission.verdict import Check, Verdict
from helpers.submission.verify import verify

HOSTILE = "<script>alert(1)</script>"


def result(case: str, passed: bool = True, seed: int = 1) -> Result:
    if passed:
        return Result(case, f"does {case}", "why", seed, True, HOSTILE)
    return Result(case, f"does {case}", "why", seed, False, HOSTILE, "nothing", "all")


# ---- Reading


def test_links_are_not_followed(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("mine", encoding="utf-8")
    folder = tmp_path / "ann"
    folder.mkdir()
    os.symlink(secret, folder / "note.md")
    found = read(folder)
    assert found.files == {}
    assert "note.md is a link, or no file: it was not followed." in found.problems
    assert "agent.py is missing." in found.problems


def test_what_is_too_large_is_not_read(tmp_path: Path):
    with (tmp_path / "recording.cast").open("wb") as file:
        file.truncate(LARGEST + 1)
    found = read(tmp_path)
    assert found.files == {}
    assert any("at most" in words for words in found.problems)


def archive(path: Path, entries: dict[str, str], link: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in entries.items():
            info = zipfile.ZipInfo(name)
            if name == link:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(info, text)
    return path


def test_an_archive_is_read_as_it_is_and_opened_elsewhere(tmp_path: Path):
    path = archive(tmp_path / "ann.zip", {"ann/agent.py": "pass", "ann/note.md": "text"})
    found = read(path)
    assert found.name == "ann" and found.is_packed
    assert unpack(found.files[ARCHIVE]) == ({"agent.py": b"pass", "note.md": b"text"}, [])


@pytest.mark.parametrize("name", ["../agent.py", "/agent.py", "a/../../agent.py", "..\\agent.py"])
def test_a_path_out_of_an_archive_leads_nowhere(name: str, tmp_path: Path):
    data = archive(tmp_path / "ann.zip", {name: "pass", "note.md": "text"}).read_bytes()
    files, problems = unpack(data)
    assert "agent.py" not in files
    assert any("leads out of it" in words for words in problems)
    assert {path.name for path in tmp_path.iterdir()} == {"ann.zip"}


def test_a_link_in_an_archive_and_a_bomb_are_left_alone(tmp_path: Path):
    path = archive(
        tmp_path / "ann.zip",
        {"agent.py": "/etc/passwd", "note.md": "0" * (LARGEST + 1)},
        link="agent.py",
    )
    files, problems = unpack(path.read_bytes())
    assert files == {} and len(problems) == 2
    many = archive(tmp_path / "many.zip", {f"{n}": "" for n in range(300)})
    assert "holds 300 files" in unpack(many.read_bytes())[1][0]


def test_what_a_mac_or_windows_packs_is_read(tmp_path: Path):
    names = {"ann/agent.py": "pass", "__MACOSX/ann/._agent.py": "x", "__MACOSX/agent.py": "x"}
    assert unpack(archive(tmp_path / "m.zip", names).read_bytes())[0] == {"agent.py": b"pass"}
    data = archive(tmp_path / "w.zip", {"ann\\agent.py": "pass"}).read_bytes()
    assert unpack(data) == ({"agent.py": b"pass"}, [])


def damage(data: bytes, place: int, value: bytes) -> bytes:
    return data[:place] + value + data[place + len(value) :]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: damage(data, 0, b"XX"), "agent.py is damaged"),
        (lambda data: damage(data, 45, b"\xff\xff\xff\xff"), "agent.py is damaged"),
        (lambda data: damage(data, data.index(b"PK\1\2") + 8, b"\1"), "locked with a password"),
        (lambda data: damage(data, data.index(b"PK\1\2") + 10, b"\x0e"), "packed by method 14"),
        (lambda data: damage(data, data.index(b"PK\1\2") + 16, b"\0\0"), "agent.py is damaged"),
    ],
    ids=["head", "data", "encrypted", "lzma", "checksum"],
)
def test_a_damaged_archive_gives_a_sentence(change: Callable, words: str, tmp_path: Path):
    text = "".join(f"line {number} of it\n" for number in range(200))
    data = archive(tmp_path / "ann.zip", {"agent.py": text}).read_bytes()
    files, problems = unpack(change(data))
    assert files == {} and len(problems) == 1 and re.search(words, problems[0])


def test_an_archive_that_is_none_and_one_that_holds_a_file_twice(tmp_path: Path):
    for data in (b"", b"PK", b"PK\x05\x06" + b"\xff" * 18, b"\0" * 99):
        with pytest.raises(CannotUnpack, match="pack the folder again"):
            unpack(data)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "a", "w") as file:
        file.writestr("agent.py", "one")
        file.writestr("agent.py", "two")
    files, problems = unpack((tmp_path / "a").read_bytes())
    assert files == {"agent.py": b"one"} and "twice" in problems[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "agent.py")
    (tmp_path / "note.md").mkdir()
    os.symlink(tmp_path / "nowhere", tmp_path / "README.md")
    found = read(tmp_path)
    assert found.files == {}
    for name in ("agent.py", "note.md", "README.md"):
        assert f"{name} is a link, or no file: it was not followed." in found.problems


@pytest.mark.skipif(sys.platform != "linux", reason="others refuse such names")
def test_names_of_any_bytes_are_rows(tmp_path: Path):
    names = [b"bad-\xff", b"two\nlines", b"steers\x1b[2J", "left\u202eright".encode()]
    for name in names:
        os.mkdir(os.fsencode(tmp_path) + b"/" + name)
    said: list[str] = []
    found = table(tmp_path, say=said.append)
    assert sorted(one.name for one in found) == [
        "bad-\\xff",
        "left\\u202eright",
        "steers\\x1b[2J",
        "two\\nlines",
    ]
    assert not any(one.passed for one in found)
    assert all(line.isprintable() for line in said) and len(said) == 5
    for name in ("submissions.html", "submissions.csv"):
        (tmp_path / name).read_text(encoding="utf-8")


def test_what_is_no_submission_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "notes.txt").write_text("no", encoding="utf-8")
    (tmp_path / "bad.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    for path in (tmp_path / "nothing", tmp_path / "notes.txt", tmp_path / "empty"):
        if path.name == "empty":
            path.mkdir()
        assert main(["verify", str(path)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(CannotRead):
        read(tmp_path / "notes.txt")


# ---- Looking, without running


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"files": 3}', "[" * 5000, "1" * 9999])
def test_broken_json_gives_a_sentence(text: str, tmp_path: Path):
    for name in CONTENTS:
        (tmp_path / name).write_text(text if name.endswith(".json") else "", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    (tmp_path / "agent.py").write_text("def f(:\n", encoding="utf-8")
    verdict = verify(tmp_path, seeds=1)
    bad = {check.id for check in verdict.checks if not check.passed}
    assert bad == {"manifest", "agent", "report", "recording", "ttft", "note"}
    assert "line 1" in verdict.words()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import anthropic", "imports anthropic (line 1)"),
        ("def f():\n    from openai.types import X", "imports openai (line 2)"),
        ("import importlib\nimportlib.import_module('litellm')", "imports litellm"),
        ("from helpers.sse import SSEDecoder", "imports helpers"),
        ("x = " + "(" * 5000, "no Python"),
        ("x = " + "-" * 100_000 + "1", "no Python"),
        ("#" * 1_000_001, "less than 1 MB"),
    ],
)
def test_an_sdk_in_sight_is_named(source: str, words: str):
    [problem] = agent_problems({"agent.py": source.encode()})
    assert words in problem
    assert agent_problems({"agent.py": b"import httpx, json\n"}) == []


NAMES = [
    "version",
    "files",
    "owners",
    "mode",
    "results",
    "seeds",
    "suite",
    "agent",
    "case",
    "wire",
    "model",
    "machine",
    "python",
    "milliseconds",
    "agent.py",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_the_files_hold_it_is_said_not_raised(value: object):
    text = json.dumps(value).encode()
    files = {"conformance.json": text, "ttft.json": text, "agent.py": b""}
    assert problems(value, files)
    assert report_problems(files, "0", [], same_kit=True)
    assert ttft_problems(files, "mock")


# ---- The report and the table


def test_the_report_says_what_failed_first_and_lets_nobody_steer_it():
    given = claims([result("b", False), result("a"), result("a", seed=2), result("b", seed=2)], b"")
    text = page(given)
    assert HOSTILE not in text and "&lt;script&gt;" in text
    assert text.index("does b") < text.index("does a")
    assert "1 of 2 behaviours" in text and "default-src 'none'" in text
    assert results_in(json.loads(json.dumps(given))) == sorted(
        results_in(given), key=lambda one: (one.seed, one.case)
    )
    with pytest.raises(NoReport):
        page({**given, "results": []})


def verdict(name: str, *, passed: bool) -> Verdict:
    return Verdict(name, (Check("note", "note", passed, f"{HOSTILE} said {name}"),))


def test_the_table_takes_names_as_they_are():
    names = ["=1+1", "@SUM(A1)", " -2", "\t=x", "ann, bob", 'q"uote', HOSTILE]
    verdicts = [verdict(name, passed=name == "ann, bob") for name in names]
    rows = list(csv.reader(io.StringIO(csv_of(verdicts))))
    assert len(rows) == 1 + len(names)
    for row in rows:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
    text = page_of(verdicts)
    assert HOSTILE not in text and "1 of 7 passed" in text
    ElementTree.fromstring(text[text.index("<table>") : text.index("</table>") + 8])


def test_a_folder_of_submissions_gives_one_table(tmp_path: Path):
    for name in ("ann", "bob", "eve", "zed"):
        (tmp_path / name).mkdir()
    (tmp_path / "readme.txt").write_text("not one", encoding="utf-8")
    os.symlink("/etc", tmp_path / "link")
    said: list[str] = []

    def look(path: Path, **options: object) -> Verdict:
        if path.name == "eve":
            raise CannotRead("Eve's can't be read.")
        if path.name == "zed":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return verdict(path.name, passed=path.name == "ann")

    found = table(tmp_path, say=said.append, verify=look)
    assert [(one.name, one.passed) for one in found] == [
        ("ann", True),
        ("bob", False),
        ("eve", False),
        ("zed", False),
    ]
    assert "the course itself made a mistake (UnicodeEncodeError" in found[3].reasons[0]
    assert "Eve&#x27;s can&#x27;t be read." in (tmp_path / "submissions.html").read_text("utf-8")
    assert len((tmp_path / "submissions.csv").read_text("utf-8").splitlines()) == 5
    assert sum(line.startswith(f"{n} of 4") for n, line in enumerate(said)) == 4
    with pytest.raises(CannotRead, match="holds no submission"):
        table(tmp_path / "ann", verify=look)


def test_copies_are_named_and_what_was_not_checked_is_no_tick():
    told = Check("ttft", "first token", True, "Told.", told=True)
    rows = with_copies(
        [
            Verdict("ann", (told,), "1 of 1", "a" * 64, "c" * 64),
            Verdict("bob", (told,), "0 of 8", "a" * 64, "c" * 64),
            Verdict("eve", (told,), "? of 1", "b" * 64, "c" * 64),
            Verdict("zed", (told,)),
        ]
    )
    assert rows[0].notes[0] == "Its agent.py is the very same as in bob."
    assert "built as in ann, bob" in rows[2].notes[0] and rows[3].notes == []
    text = page_of(rows)
    assert text.count("What can&#x27;t be seen") == 1
    assert '<td class="told"><span role="img" aria-label="told">○</span>' in text
    assert "0 of 8" in csv_of(rows) and "told" in csv_of(rows)


def test_what_has_not_changed_is_kept_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "my"))
    (tmp_path / "class" / "ann").mkdir(parents=True)
    (tmp_path / "class" / "ann" / "note.md").write_text("A note.", encoding="utf-8")
    first = verdict_store.verify_once(tmp_path / "class" / "ann", seeds=1)
    monkeypatch.setattr(verdict_store, "judge", lambda given, **options: pytest.fail("tried again"))
    [second] = table(tmp_path / "class", seeds=1)
    assert second.checks == first.checks and second.name == "ann"
    assert "Kept from" in second.notes[0] and "Kept from" in page_of([second])
    [file] = (tmp_path / "my" / "verified").iterdir()
    tried = []
    monkeypatch.setattr(
        verdict_store, "judge", lambda given, **options: tried.append(given) or first
    )
    file.write_text("[" * 9999, encoding="utf-8")
    verdict_store.verify_once(tmp_path / "class" / "ann", seeds=1)
    (tmp_path / "class" / "ann" / "note.md").write_text("Another.", encoding="utf-8")
    verdict_store.verify_once(tmp_path / "class" / "ann", seeds=1)
    verdict_store.verify_once(tmp_path / "class" / "ann", seeds=1, again=True)
    assert len(tried) == 3
