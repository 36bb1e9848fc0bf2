"""What the agent's tools do, and above all what they can't be talked into."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.assistant.tools import (
    LONGEST_FILE,
    agent_tools,
    clock_in,
    compute,
    file_in,
    listing,
    weather_in,
)
from helpers.tools import ToolError

SECRET = "sk-this-is-a-key"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with something to find, and secrets in and around it."""
    folder = tmp_path.resolve() / "work"
    (folder / "sub").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "notes.txt").write_text("Buy milk.\n")
    (folder / "sub" / "deep.txt").write_text("deep")
    (folder / "empty").touch()
    for name in (".env", "production.env", ".git/config", "../outside.txt"):
        (folder / name).write_text(SECRET)
    return folder


def now(zone: ZoneInfo) -> datetime:
    return datetime(2027, 1, 2, 3, 4, tzinfo=UTC).astimezone(zone)


# ---- Files


@pytest.mark.parametrize("path", ["notes.txt", "./sub/../notes.txt", "../work/notes.txt"])
def test_a_file_in_the_folder_is_read(folder: Path, path: str):
    assert file_in(folder, path) == file_in(folder, str(folder / path)) == "Buy milk.\n"


@pytest.mark.parametrize(
    "path",
    [
        "../outside.txt",
        "sub/../../outside.txt",
        "/etc/passwd",
        "/dev/zero",
        "/proc/self/environ",
        ".env",
        "./.env",
        "sub/../.env",
        "production.env",
        ".git/config",
        "~/.ssh/id_rsa",
        "C:\\Windows\\win.ini",
        "\\\\server\\share\\file",
        "NUL",
        "notes.txt\0.jpg",
        "x" * 10_000,
        "",
        "sub",
        "nowhere.txt",
        "notes.txt/x",
    ],
)
def test_nothing_else_is(folder: Path, path: str):
    with pytest.raises(ToolError) as refused:
        file_in(folder, path)
    assert SECRET not in str(refused.value)
    assert len(str(refused.value)) < 250


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege there")
def test_links_lead_nowhere_else(folder: Path):
    (folder / "file.txt").symlink_to("../outside.txt")
    (folder / "key.txt").symlink_to(".env")
    (folder / "up").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    (folder / "fine.txt").symlink_to("notes.txt")
    assert file_in(folder, "fine.txt") == "Buy milk.\n"
    for path in ("file.txt", "key.txt", "up/outside.txt", "loop"):
        with pytest.raises(ToolError):
            file_in(folder, path)
    with pytest.raises(ToolError, match="outside the agent's folder"):
        listing(folder, "up")
    assert "file.txt" not in listing(folder, ".")
    assert "up" not in listing(folder, ".").split()


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
def test_what_is_no_file_is_not_waited_for(folder: Path):
    os.mkfifo(folder / "pipe")
    with pytest.raises(ToolError, match="'pipe' is no file that can be read"):
        file_in(folder, "pipe")


@pytest.mark.skipif(os.name == "nt", reason="a folder in use can't be swapped there")
def test_a_folder_that_becomes_a_link_in_between(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder.parent / "deep.txt").write_text(SECRET)
    opened = os.open

    def swap(path: str, flags: int) -> int:
        (folder / "sub").rename(folder / "old")
        (folder / "sub").symlink_to("..")
        return opened(path, flags)

    monkeypatch.setattr(os, "open", swap)
    with pytest.raises(ToolError, match="has just changed"):
        file_in(folder, "sub/deep.txt")


def test_a_long_file_is_cut_and_says_so(folder: Path):
    (folder / "big.txt").write_text("x" * (LONGEST_FILE + 1))
    text = file_in(folder, "big.txt")
    assert text == "x" * LONGEST_FILE + "\n(cut here: the file has 65,537 bytes)"


def test_bytes_that_are_no_text(folder: Path):
    (folder / "picture").write_bytes(b"\x89PNG\0\0")
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    assert file_in(folder, "latin.txt") == "caf�"
    assert file_in(folder, "empty") == "(an empty file)"
    with pytest.raises(ToolError, match="'picture' is no text file"):
        file_in(folder, "picture")


def test_a_listing_leaves_hidden_files_out(folder: Path):
    shown = "empty (0 bytes)\nnotes.txt (10 bytes)\nsub/"
    assert listing(folder, ".") == shown
    assert listing(folder, "sub") == "deep.txt (4 bytes)"
    for number in range(300):
        (folder / "sub" / f"{number:03}").touch()
    assert listing(folder, "sub").splitlines()[-1] == "(and 101 more)"


@pytest.mark.parametrize("path", ["..", "/", ".git", "notes.txt", "nowhere", "\0"])
def test_a_listing_of_nothing_else(folder: Path, path: str):
    with pytest.raises(ToolError):
        listing(folder, path)


# ---- Calculator


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("12*(3+4)", "84"),
        ("2^10 + 5", "1029"),
        ("7 ÷ 2 − 1", "2.5"),
        ("0.1 + 0.2", "0.3"),
        ("-7 // 2", "-4"),
        ("1e3 % 7", "6"),
        ("2 ** -1", "0.5"),
        ("1 ** 999999999", "1"),
        ("2 ** 0.5", "1.41421356237"),
    ],
)
def test_arithmetic(expression: str, result: str):
    assert compute(expression) == result


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("1 / 0", "divides by zero"),
        ("9 ** 9 ** 9", "too large"),
        ("(10 ** 200) ** 3", "too large"),
        ("1e308 * 10", "too large"),
        ("1e400", "too large"),
        ("(-8) ** 0.5", "no real number"),
        ("__import__('os').system('ls')", "no arithmetic"),
        ("x + 1", "no arithmetic"),
        ("True + 1", "no arithmetic"),
        ("(1).real", "no arithmetic"),
        ("3(4)", "no arithmetic"),
        ("1, 2", "no arithmetic"),
        ("1if 2else 3", "no arithmetic"),
        ("1 +", "no arithmetic"),
        ("", "no arithmetic"),
        ("1 << 99", "no arithmetic"),
        ("(" * 100 + "1", "no arithmetic"),
        ("1" * 201, "at most 200 characters"),
    ],
)
def test_what_is_no_arithmetic_is_named(expression: str, said: str):
    with pytest.raises(ToolError, match=said):
        compute(expression)


@given(st.text(alphabet="0123456789.eE_+-*/%()^ ", max_size=40))
def test_any_expression_has_a_result_or_a_reason(expression: str):
    with suppress(ToolError):
        assert len(compute(expression)) < 310


# ---- Clock and weather


@pytest.mark.parametrize(
    ("place", "time"),
    [
        ("Oslo", "04:04 on Saturday, 02 January 2027 in Europe/Oslo (UTC+01:00)"),
        ("america/new york", "22:04 on Friday, 01 January 2027 in America/New_York (UTC-05:00)"),
        ("UTC", "03:04 on Saturday, 02 January 2027 in UTC (UTC+00:00)"),
    ],
)
def test_the_time_in_a_place(place: str, time: str):
    assert clock_in(place, now) == time


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Lagoss", "Did you mean Africa/Lagos"),
        ("../../etc/passwd", "There is no time zone"),
        ("", "such as Europe/Oslo"),
        ("x" * 9999, "There is no time zone"),
    ],
)
def test_a_place_without_a_zone(place: str, said: str):
    with pytest.raises(ToolError, match=said):
        clock_in(place, now)


def test_the_weather_is_made_up_but_stays():
    assert weather_in("Paris") == weather_in(" paris ")
    assert weather_in("Lagos", "fahrenheit").startswith("88 °F")
    assert "made-up" in weather_in("Paris")
    with pytest.raises(ToolError, match="Name a city"):
        weather_in(" ")


# ---- Together


class Waits:
    """A clock that notes how long it was asked to wait, and doesn't."""

    def __init__(self) -> None:
        self.waited = 0.0

    def now(self) -> float:
        return self.waited

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds


async def test_the_tools_that_a_model_is_offered(folder: Path):
    clock = Waits()
    tools = {tool.name: tool for tool in agent_tools(folder, clock=clock, now=now)}
    assert [*tools] == ["get_weather", "get_time", "calculate", "list_files", "read_file"]
    assert await tools["get_weather"](city="Lagos") == weather_in("Lagos")
    assert clock.waited == 0.8
    assert tools["get_time"](place="UTC") == clock_in("UTC", now)
    assert tools["calculate"](expression="6*7") == "42"
    assert tools["list_files"]() == listing(folder, ".")
    assert tools["read_file"](path="notes.txt") == "Buy milk.\n"
    assert tools["read_file"].status_line({"path": "notes.txt"}) == "Reading notes.txt"
    assert tools["get_weather"].status_line({"city": "Oslo"}) == "Asking for the weather in Oslo"
