"""What people hand in: half of it, links, bombs, archives, and names that are formulas."""

import csv
import io
import json
import os
import stat
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.build.commands import main
from helpers.build.conformance.suite import Result
from helpers.build.evidence import agent_problems, report_problems, ttft_problems
from helpers.build.manifest import CONTENTS, problems
from helpers.build.report import NoReport, claims, page, results_in
from helpers.build.submitted import LARGEST, CannotRead, read
from helpers.build.table import csv_of, page_of, table
from helpers.build.verify import Check, Verdict, verify

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


def test_an_archive_is_read_without_unpacking(tmp_path: Path):
    path = archive(tmp_path / "ann.zip", {"ann/agent.py": "pass", "ann/note.md": "text"})
    found = read(path)
    assert found.name == "ann" and found.files == {"agent.py": b"pass", "note.md": b"text"}


@pytest.mark.parametrize("name", ["../agent.py", "/agent.py", "a/../../agent.py"])
def test_a_path_out_of_an_archive_leads_nowhere(name: str, tmp_path: Path):
    found = read(archive(tmp_path / "ann.zip", {name: "pass", "note.md": "text"}))
    assert "agent.py" not in found.files
    assert any("leads out of it" in words for words in found.problems)
    assert {path.name for path in tmp_path.iterdir()} == {"ann.zip"}


def test_a_link_in_an_archive_and_a_bomb_are_left_alone(tmp_path: Path):
    path = archive(
        tmp_path / "ann.zip",
        {"agent.py": "/etc/passwd", "note.md": "0" * (LARGEST + 1)},
        link="agent.py",
    )
    found = read(path)
    assert found.files == {}
    many = archive(tmp_path / "many.zip", {f"{n}": "" for n in range(300)})
    assert "holds 300 files" in read(many).problems[0]


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
@settings(max_examples=100)
def test_whatever_the_files_hold_it_is_said_not_raised(value: object):
    text = json.dumps(value).encode()
    files = {"conformance.json": text, "ttft.json": text, "agent.py": b""}
    assert problems(value, files)
    assert report_problems(files, "0", [], same_kit=True)
    assert ttft_problems(files, "mock", same_kit=True)


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
    for name in ("ann", "bob", "eve"):
        (tmp_path / name).mkdir()
    (tmp_path / "readme.txt").write_text("not one", encoding="utf-8")
    os.symlink("/etc", tmp_path / "link")
    said: list[str] = []

    def look(path: Path, **options: object) -> Verdict:
        if path.name == "eve":
            raise CannotRead("Eve's can't be read.")
        return verdict(path.name, passed=path.name == "ann")

    found = table(tmp_path, say=said.append, verify=look)
    assert [(one.name, one.passed) for one in found] == [
        ("ann", True),
        ("bob", False),
        ("eve", False),
    ]
    assert "Eve&#x27;s can&#x27;t be read." in (tmp_path / "submissions.html").read_text("utf-8")
    assert len((tmp_path / "submissions.csv").read_text("utf-8").splitlines()) == 4
    with pytest.raises(CannotRead, match="holds no submission"):
        table(tmp_path / "ann", verify=look)
