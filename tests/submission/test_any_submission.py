"""Whatever stands in a submission's files: sentences, in seconds, and never an exception."""

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.submission import evaluation
from helpers.submission.archive import CannotUnpack, unpack
from helpers.submission.checks import Found, before, behind, find_own_parts, seeds_of
from helpers.submission.conformance.cases import CASES
from helpers.submission.conformance.suite import Result
from helpers.submission.manifest import hash_content, make_manifest
from helpers.submission.picture import animated_svg
from helpers.submission.recording import CannotRecord, Cast
from helpers.submission.report import claims, dump_report, page
from helpers.submission.submission_files import KNOWN
from helpers.submission.ttft import Measured, dump_measurement
from helpers.submission.verdict import Check
from helpers.submission.verify import verify
from tests.sweeps import examples

A_MINUTE = 60.0
SOURCE = b"# dependencies = []\nimport httpx\n\ndef main() -> None:\n    print('hello')\n"
NOTE = "The stream was truncated in a tool's input. I ran half of it. Now I wait for its end.\n"


def honest() -> dict[str, bytes]:
    """Return the files of a submission that fits itself, without having run anything."""
    words = "Let me look.\r\n> get_weather Oslo\r\nIt is 7 degrees and sunny in Oslo , they say ."
    events = tuple((0.1 * n, f"{word} ") for n, word in enumerate(words.split(" "), 1))
    cast = Cast(80, 24, "python agent.py --mock 'Oslo?'", events)
    times = Measured("mock", "claude", (0.31, 0.32, 0.33), (0.311, 0.322, 0.334), "Linux", "3.12")
    results = [Result(one.id, one.title, one.why, 7, True, "something") for one in CASES]
    report = claims(results, SOURCE)
    files = {
        "agent.py": SOURCE,
        "recording.cast": cast.text().encode(),
        "recording.svg": animated_svg(cast).encode(),
        "ttft.json": dump_measurement(times).encode(),
        "ttft.svg": times.plot().svg.encode(),
        "note.md": NOTE.encode(),
        "conformance.json": dump_report(report).encode(),
        "report.html": page(report).encode(),
        "README.md": b"# Mine\n",
    }
    manifest = make_manifest(files, owners={"agent": "yours"}, mode="mock", seeds=[7])
    return {**files, "manifest.json": json.dumps(manifest).encode()}


HONEST = honest()


class Files(dict[str, bytes]):
    """Files that a failing test shows by what was changed in them."""

    def __repr__(self) -> str:
        return repr(
            {name: content[:300] for name, content in self.items() if content != HONEST.get(name)}
        )


ODD = [
    *(
        b"1e999",
        b"-1e999",
        b"NaN",
        b"Infinity",
        b'"\\ud800"',
        b'"\\udfff\\ud800"',
        b"null",
        b"true",
    ),
    *(b"{}", b"[]", b'""', b"-1", b"0.1", b"9" * 5000, b"1" + b"0" * 300, b"[" * 3000, b"-" * 1000),
    *(b'{"a":' * 2000, b"\0", b"\xff\xfe", b"\x1b[2J", b"\x1b]", b"\xcc\x81" * 40, b"\n" * 50),
    *(
        b"x+" * 2000 + b"x",
        b"(" * 2000,
        b"f" + b"(x)" * 2000,
        b"lambda:" * 500 + b"0",
        b"\r",
        b"---",
    ),
    *(b"exec(x)", b"import openai", b"# dependencies = [" + b"-" * 1000 + b"1]", b"\xe2\x80\xa8"),
]


@st.composite
def change(draw: st.DrawFn, content: bytes) -> bytes:
    """Some places of a file hold something else, or it ends too early."""
    data = content
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.sampled_from([start, start + 1, start + 7, len(data)]))
        with_it = draw(st.sampled_from(ODD) | st.binary(max_size=20) | st.just(b""))
        data = data[:start] + with_it + data[end:]
    return data


VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, -1, 1.5, 10**400, 1e300, "", "x" * 3000, "\ud800", "\0"])
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at]
    if isinstance(value, dict):
        found += [place for key in value for place in places(value[key], (*at, key))]
    if isinstance(value, list):
        found += [place for n in range(min(len(value), 3)) for place in places(value[n], (*at, n))]
    return found


@st.composite
def another_value(draw: st.DrawFn, name: str) -> bytes:
    """A value in a file's JSON is another one, of any kind, or is not there."""
    lines = HONEST[name].decode().split("\n") if name.endswith(".cast") else [HONEST[name].decode()]
    which = draw(st.integers(0, min(len(lines) - 1, 5)))
    value = json.loads(lines[which] or "0")
    place = draw(st.sampled_from(places(value)))
    new = draw(VALUES)
    if not place:
        value = new
    else:
        inner = value
        for key in place[:-1]:
            inner = inner[key]
        if draw(st.booleans()):
            inner[place[-1]] = new
        else:
            del inner[place[-1]]
    lines[which] = json.dumps(value)
    return "\n".join(lines).encode()


@st.composite
def submissions(draw: st.DrawFn) -> dict[str, bytes]:
    """An honest submission in which some files are something else, or not there."""
    files = Files(HONEST)
    for name in draw(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=3, unique=True)):
        kinds = [change(HONEST[name]), st.binary(max_size=300), st.sampled_from(ODD), st.none()]
        if name.endswith((".json", ".cast")):
            kinds += [another_value(name)] * 3
        content = draw(st.one_of(kinds))
        files.pop(name) if content is None else files.update({name: content})
    if draw(st.booleans()) and "manifest.json" in files:  # as any cheat would
        with suppress(ValueError, TypeError, RecursionError, AttributeError, KeyError):
            manifest = json.loads(files["manifest.json"])
            hashes = {name: hash_content(files[name]) for name in files if name != "manifest.json"}
            manifest["files"].update(hashes)
            files["manifest.json"] = json.dumps(manifest).encode()
    return files


def look_at(files: Mapping[str, bytes]) -> list[Check]:
    """Look at files as the evaluation does, but for running them; an exception is one here."""
    found = Found(fresh=1)
    seeds_of(files)
    find_own_parts(files)
    made = []
    for id, make in [*before(files), *behind(files, found)]:
        check = make()
        assert check.id == id and Check.from_json(json.loads(json.dumps(check.to_json())))
        assert check.why and len(check.why) <= 2000
        made.append(check)
    return made


def no_exception_and_no_minute(files: dict[str, bytes]) -> None:
    start = time.thread_time()  # whatever else the machine does
    look_at(files)
    assert time.thread_time() - start < A_MINUTE


def test_the_honest_one_is_told_nothing_bad():
    assert [check.why for check in look_at(HONEST) if not check.passed] == []


@given(submissions())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.long
def test_whatever_the_files_hold_there_are_sentences(files: dict[str, bytes]):
    no_exception_and_no_minute(files)


@pytest.mark.long
@given(submissions())
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_the_files_hold_there_are_sentences_at_length(files: dict[str, bytes]):
    no_exception_and_no_minute(files)


def pack(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in HONEST.items():
            file.writestr(f"ann/{name}", content)
    return out.getvalue()


ARCHIVES = st.sampled_from([pack(), pack(zipfile.ZIP_STORED)]).flatmap(change)


def open_archive(data: bytes) -> None:
    try:
        files, problems = unpack(data)
    except CannotUnpack:
        return
    assert files.keys() <= set(KNOWN) and all(map(str.isprintable, problems))


@given(ARCHIVES)
@settings(max_examples=examples(100), deadline=None)
def test_however_an_archive_is_damaged_there_are_sentences(data: bytes):
    open_archive(data)


@pytest.mark.long
@given(ARCHIVES)
@settings(max_examples=5000, deadline=None)
def test_however_an_archive_is_damaged_there_are_sentences_at_length(data: bytes):
    open_archive(data)


def cast_of(columns: int, rows: int, events: list[list[Any]]) -> bytes:
    head = {"version": 2, "width": columns, "height": rows, "command": "x"}
    return "\n".join(map(json.dumps, [head, *events])).encode()


LARGE: dict[str, Callable[[], bytes]] = {
    "tiny events": lambda: cast_of(500, 300, [[n / 30, "o", "x"] for n in range(300_000)]),
    "many screens": lambda: cast_of(500, 300, [[n / 30, "o", "y" * 500] for n in range(250)]),
    "clears": lambda: cast_of(500, 300, [[0.1, "o", "\x1b[2J" * 40_000]]),
    "scrolls": lambda: cast_of(500, 300, [[0.1, "o", "\n" * 190_000]]),
    "marks": lambda: cast_of(80, 24, [[0.1, "o", "e" + "\u0301" * 150_000]]),
    "marks between": lambda: cast_of(80, 24, [[0.1, "o", "e" + "\u0301\x1b[m" * 40_000]]),
    "one long line": lambda: cast_of(80, 24, [[n / 30, "o", "word " * 15] for n in range(2600)]),
    "colours": lambda: cast_of(
        200, 50, [[n / 30, "o", "".join(f"\x1b[3{i % 8}mx" for i in range(40))] for n in range(90)]
    ),
}


@pytest.mark.parametrize("kind", LARGE)
@pytest.mark.long
def test_a_recording_that_would_draw_for_long_is_refused_or_drawn_soon(kind: str):
    start = time.thread_time()
    with suppress(CannotRecord):
        assert len(animated_svg(Cast.of(LARGE[kind](), "recording.cast"))) < 10_000_000
    assert time.thread_time() - start < A_MINUTE


DEEP = {
    "calls": b"f" + b"(x)" * 3000,
    "attributes": b"import httpx\nhttpx" + b".a" * 3000 + b"('m')",
    "sums": b"(" + b"x+" * 3000 + b"x)('m')",
    "dashes": b"x = " + b"-" * 50_000 + b"1",
    "brackets": b"x = " + b"[" * 5000,
    "lambdas": b"x = " + b"lambda: " * 3000 + b"0",
    "requirements": b"# dependencies = [" + b"-" * 3000 + b"1]\n",
    "a long requirement": b'# dependencies = ["' + b"-" * 900_000 + b'"]\n',
}


@pytest.mark.parametrize("kind", DEEP)
@pytest.mark.long
def test_a_source_that_is_too_deep_gives_sentences(kind: str):
    no_exception_and_no_minute({**HONEST, "agent.py": DEEP[kind]})


def test_what_nobody_thought_of_is_one_sentence_as_well():
    def surprise() -> Check:
        raise RuntimeError("nobody thought of this")

    reports: list[Mapping[str, Any]] = []
    evaluation._run_check("note", surprise, reports.append)
    assert reports[-1]["check"]["why"] == "It holds what can't be looked at (RuntimeError)."


@pytest.mark.long
@given(submissions())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_handed_in_there_is_a_verdict(tmp_path_factory: Any, files: dict[str, bytes]):
    folder: Path = tmp_path_factory.mktemp("any")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    os.utime(folder)
    start = time.monotonic()
    verdict = verify(folder, seeds=1, cases=["streams_text"], runs=0)
    assert verdict.checks and "made a mistake" not in verdict.words()
    assert time.monotonic() - start < 5 * A_MINUTE  # a busy machine takes its time
