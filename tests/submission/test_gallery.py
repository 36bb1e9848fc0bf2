"""A page of a class's submissions: who is on it, and that a stranger's words are only words."""

import json
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.submission import commands
from helpers.submission.entry_search import find_entry
from helpers.submission.gallery import CannotShow, entries, page, write
from helpers.submission.gallery_entry import COLUMNS, ROWS, GalleryEntry, NoEntry
from helpers.submission.picture import still_svg
from helpers.submission.recording import Cast
from helpers.submission.verdict import Check, Verdict
from tests.sweeps import examples

HOSTILE = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
CAST = Cast(80, 24, "python agent.py", ((0.1, "Hello \x1b[31mworld\r\n"), (0.5, f"{HOSTILE}\r\n")))
NOTE = "# A heading\n\n<!-- a comment -->\nThe stream was cut.\nIt broke.\n"


def files_of(title: str = "T", author: str = "A", gallery: object = True, note: str = NOTE):
    manifest = {"title": title, "author": author, "gallery": gallery}
    return {
        "manifest.json": json.dumps(manifest).encode("utf-8", "surrogatepass"),
        "note.md": note.encode("utf-8", "replace"),
        "recording.cast": CAST.text().encode(),
    }


def verdict_of(name: str, shown: GalleryEntry | None, passed: bool = True) -> Verdict:
    return Verdict(name, (Check("files", "files", passed, "why"),), "3 of 8", shown=shown)


class Reader(HTMLParser):
    """Collects the elements of a page, and what links and pictures lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attributes)
        assert not [name for name in given if name.startswith("on") or name == "style"]
        self.targets += [value for name in ("href", "src") if (value := given.get(name))]

    def handle_data(self, data: str) -> None:
        self.text += data


# ---- Who is on it


def test_only_who_passed_and_said_so_is_shown(tmp_path: Path):
    given = [
        (tmp_path / "ann", verdict_of("ann", find_entry(files_of("Ann's")))),
        (tmp_path / "bob", verdict_of("bob", find_entry(files_of("Bob's", gallery=False)))),
        (tmp_path / "cid", verdict_of("cid", find_entry(files_of("Cid's")), passed=False)),
        (tmp_path / "dot", verdict_of("dot", None)),
    ]
    shown, left_out = entries(given, tmp_path / "out")
    write(tmp_path / "out", shown)
    assert left_out == "Left out: 2 without their author's consent, 1 not passed."
    text = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Ann&#x27;s" in text and "by A" in text and "3 of 8" in text and "1 of 1" in text
    assert "The stream was cut. It broke." in text and "A heading" not in text
    assert not re.search("bob|cid|dot|left out", text.partition("<body>")[2], re.IGNORECASE)
    assert [path.name for path in (tmp_path / "out" / "pictures").iterdir()] == ["1.svg"]


@pytest.mark.parametrize("consent", [None, False, 1, "true", "yes", [True]])
def test_consent_is_the_word_true_and_nothing_else(consent: object):
    assert find_entry(files_of(gallery=consent)) == GalleryEntry()


def test_who_takes_consent_back_is_gone_the_next_time(tmp_path: Path):
    out = tmp_path / "out"
    both = [
        (tmp_path / name, verdict_of(name, find_entry(files_of(name)))) for name in ("ann", "bob")
    ]
    write(out, entries(both, out)[0])
    write(out, entries(both[:1], out)[0])
    assert {path.name for path in out.rglob("*.*")} == {"index.html", "1.svg"}
    assert "bob" not in (out / "index.html").read_text(encoding="utf-8")


def test_a_folder_of_something_else_stays_as_it_is(tmp_path: Path):
    (tmp_path / "index.html").write_text("my page", encoding="utf-8")
    with pytest.raises(CannotShow, match="is no gallery, and not empty"):
        write(tmp_path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


@pytest.mark.parametrize(
    "name", ["ann", "a b#c?d%41", "javascript:alert(1)", "c:d", "é李", "'\"><b>"]
)
def test_a_link_leads_to_the_submission_whatever_it_is_called(name: str, tmp_path: Path):
    out = tmp_path / "class-gallery"
    folder, archive = tmp_path / "class" / name, tmp_path / "class" / f"{name}.zip"
    folder.mkdir(parents=True)
    archive.write_bytes(b"")
    shown = find_entry(files_of())
    given = [(folder, verdict_of(name, shown)), (archive, verdict_of(name, shown))]
    links = Reader(page(entries(given, out)[0])).targets
    found = [link for link in links if not link.startswith("pictures/")]
    for link, path in zip(found, (folder / "README.md", archive), strict=True):
        assert link.startswith("./../class/") and not re.search(r"[#?\"'<>]", link)
        assert os.path.normpath(out / unquote(link)) == str(path)


# ---- A stranger's words


def test_nothing_of_a_submission_is_anything_but_text(tmp_path: Path):
    shown = find_entry(files_of(HOSTILE[:79], HOSTILE[:79], note=HOSTILE))
    found, _ = entries([(tmp_path / "ann", verdict_of("ann", shown))], tmp_path)
    write(tmp_path / "out", found)
    read = Reader(text := (tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert read.tags.count("img") == 1 and "script" not in read.tags
    assert HOSTILE[:79] in read.text
    policy = re.search(r'Security-Policy" content="([^"]*)"', text)
    assert policy and "default-src 'none'" in policy[1] and "unsafe" not in policy[1]
    assert "script-src" not in policy[1]
    svg = ElementTree.fromstring((tmp_path / "out" / "pictures" / "1.svg").read_text("utf-8"))
    assert {node.tag.rpartition("}")[2] for node in svg.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "text", "path", "tspan")
    }
    assert "Hello" in "".join(svg.itertext())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(title=ANYTHING, author=ANYTHING, note=st.binary(max_size=200))
@settings(max_examples=examples(60))
def test_whatever_a_submission_holds_there_is_a_page(title: Any, author: Any, note: bytes):
    files = files_of() | {"note.md": note}
    manifest = {"title": title, "author": author, "gallery": True}
    files["manifest.json"] = json.dumps(manifest).encode()
    shown = find_entry(files)
    assert GalleryEntry.from_json(json.loads(json.dumps(shown.to_json()))) == shown
    assert len(shown.title) <= 80 and len(shown.author) <= 80 and shown.title.isprintable()
    text = page(entries([(Path("ann"), verdict_of("ann", shown))], Path("out"))[0])
    # A manifest with Infinity in it is no JSON, so it says nothing, not even that it may be shown.
    assert Reader(text).tags.count("article") == shown.consent
    text.encode()


@given(st.text(max_size=300), st.integers(1, 200), st.integers(1, 60))
@settings(max_examples=examples(40))
def test_a_screen_of_any_size_is_a_picture_of_one_size(text: str, columns: int, rows: int):
    cast = Cast(columns, rows, "x", ((0.0, text),))
    files = {**files_of(), "recording.cast": cast.text().encode("utf-8", "replace")}
    shown = find_entry(files)
    assert len(shown.screen) <= ROWS
    assert all(
        run.column + len(run.text.strip()) <= COLUMNS * 4 for row in shown.screen for run in row
    )
    assert GalleryEntry.from_json(json.loads(json.dumps(shown.to_json()))) == shown
    svg = ElementTree.fromstring(still_svg(shown.screen, "x", COLUMNS, ROWS))
    assert (svg.get("width"), svg.get("height")) == ("465", "274")


@given(ANYTHING)
def test_what_is_no_submission_to_be_shown_is_refused(given: Any):
    with pytest.raises(NoEntry):
        GalleryEntry.from_json(given)


@pytest.mark.parametrize(
    "run", [[-1, "a", "", False], [0, "a", "red;}", False], [0, "a", ""], [True, 1, 2, 3], "a"]
)
def test_a_screen_of_another_form_is_refused(run: Any):
    given = GalleryEntry(True, "T").to_json()
    with pytest.raises(NoEntry):
        GalleryEntry.from_json({**given, "screen": [[run]]})


# ---- The command


def test_the_command_says_how_many_and_names_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "class"
    for name in ("ann", "bob"):
        (folder / name).mkdir(parents=True)

    def give_verdicts(given: Path, **_: object) -> list[Verdict]:
        assert given == folder
        return [
            verdict_of("ann", find_entry(files_of())),
            verdict_of("bob", find_entry(files_of(gallery=False))),
        ]

    monkeypatch.setattr(commands, "table", give_verdicts)
    assert commands.main(["gallery", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "Shown: 1. Left out: 1 without their author's consent." in said and "bob" not in said
    assert (tmp_path / "class-gallery" / "index.html").exists()
    assert {path.name for path in folder.iterdir()} == {"ann", "bob"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "can't be read"),
        (lambda path: path.mkdir(), "holds no submission"),
        (lambda path: (path.mkdir(), (path / "agent.py").touch()), "is one submission: name the"),
    ],
)
def test_what_is_no_class_is_one_sentence(
    make: Callable[[Path], object], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    make(tmp_path / "class")
    assert commands.main(["gallery", str(tmp_path / "class")]) == 2
    shown = capsys.readouterr().err
    assert words in shown and shown.count("\n") == 1
