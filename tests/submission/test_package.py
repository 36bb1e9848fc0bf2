"""What a submission shows to whoever finds it: its README, its card, its commit."""

import json
import os
import struct
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.mock.server import start_server
from helpers.mock.settings import Settings
from helpers.submission import commands
from helpers.submission.bundle import course_agent
from helpers.submission.card import card
from helpers.submission.checks import Found, behind
from helpers.submission.conformance.suite import Result
from helpers.submission.manifest import CONTENTS, EXTRAS, OPTIONAL, About, problems
from helpers.submission.package import CannotPackage, package
from helpers.submission.readme import course_link, is_edited
from helpers.submission.recording import Cast
from helpers.submission.repository import commit
from helpers.submission.submission_files import missing
from helpers.submission.ttft import TOLD, Measured
from helpers.submission.verdict import Check

NOTE = """\
# The hardest edge case

The hardest case was a stream that was truncated in the middle of a tool's input. My first
build ran the call with half of its JSON. Now a call counts only once its block has stopped.
"""
AGENT = '# /// script\n# dependencies = ["httpx"]\n# ///\nimport httpx\n'
CAST = Cast(
    80, 24, 'python agent.py --mock "Hi"', ((0.1, "Hello\r\n"), (0.5, "  > get_weather Oslo"))
)
MOCK = Measured("mock", "m", (0.3001, 0.3002, 0.3), (0.31, 0.312, 0.313), "Linux", "3.12")
LIVE = replace(MOCK, mode="live", model="claude-sonnet-5-5", wire=(0.61, 0.62, 0.63))
RESULTS = [
    Result("a", "does a", "why", 1, True, "sent"),
    Result("b", "does b", "why", 1, False, "sent", "nothing", "all"),
]


def pack(folder: Path, said: list[str] | None = None, **changes: object) -> Path:
    """Package a submission into a folder; return it."""
    agent = folder.parent / "mine.py"
    agent.write_text(str(changes.pop("source", AGENT)), encoding="utf-8")
    given = {
        "agent": agent,
        "owners": {"agent": "yours"},
        "cast": CAST,
        "measured": MOCK,
        "note": NOTE,
        "results": RESULTS,
        "mode": "mock",
        "say": (said if said is not None else []).append,
    }
    return package(folder, **{**given, **changes})


def readme_of(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


# ---- The README


def test_a_readme_says_what_it_is_and_how_it_runs_without_the_course(tmp_path: Path):
    about = About("A *fast* <agent>", "Ann Other", True)
    text = readme_of(pack(tmp_path / "out", about=about, live=LIVE))
    assert text.startswith("# A \\*fast\\* \\<agent\\>\n\nby Ann Other\n\n![")
    assert "    pip install httpx\n    python agent.py --mock " in text
    assert "1 of 2 behaviours" in text
    assert "| shown by the agent | 312 ms | 311 to 312 ms | mock, 3 runs |" in text
    assert "| on a raw socket | 620 ms | 615 to 625 ms | live, claude-sonnet-5-5, 3 runs |" in text
    assert TOLD[1:] in text
    assert "My first\nbuild ran the call" in text and "# The hardest edge case\n\n#" not in text
    assert course_link() in text and "http" not in course_link()  # nobody has said where it is
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {*CONTENTS, *EXTRAS, "manifest.json"}
    for name in names - {"card.png", "README.md", "manifest.json"}:
        assert (
            name == "ttft-live.json"
            or f"({name})" in text
            or name == "agent.py"
            or (name == "note.md")
        )
    live = json.loads((tmp_path / "out" / "ttft-live.json").read_text(encoding="utf-8"))
    assert live["told"] == TOLD and TOLD in (tmp_path / "out" / "ttft-live.svg").read_text("utf-8")


def test_what_a_file_of_ones_own_needs_is_what_it_imports(tmp_path: Path):
    source = "import json, yaml\nfrom httpx import get\n"
    cast = replace(CAST, command="python agent.py Hi")
    text = readme_of(pack(tmp_path / "out", source=source, cast=cast, mode="live"))
    assert "    pip install PyYAML httpx\n    python agent.py " in text.replace("pyyaml", "PyYAML")
    assert "--mock" not in text


def test_the_course_is_linked_where_the_project_says(tmp_path: Path):
    project = tmp_path / "pyproject.toml"
    project.write_text('[project.urls]\nHomepage = "https://example.org/c"\n', encoding="utf-8")
    assert course_link(project) == "[Streaming agents, by hand](https://example.org/c)"


def test_a_readme_is_its_authors_to_change(tmp_path: Path):
    out = pack(tmp_path / "out")
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    files["README.md"] = b"# Mine\n"
    assert problems(json.loads(files["manifest.json"]), files) == []
    files["note.md"] = b"changed"
    assert problems(json.loads(files["manifest.json"]), files) == [
        "note.md is not the file that manifest.json was made for."
    ]


@pytest.mark.parametrize("change", [str.upper, lambda text: text + "More.\n", lambda text: "mine"])
def test_a_changed_readme_stays_and_an_unchanged_one_is_renewed(change, tmp_path: Path):
    said: list[str] = []
    out = pack(tmp_path / "out")
    (out / "README.md").write_text(readme_of(out), encoding="utf-8", newline="\r\n")
    pack(out, said, about=About(title="Another"))
    assert readme_of(out).startswith("# Another\n") and not is_edited(readme_of(out))
    mine = change(readme_of(out))
    (out / "README.md").write_text(mine, encoding="utf-8")
    pack(out, said, about=About(title="A third"))
    assert readme_of(out) == mine
    assert any("README.md is your own by now" in words for words in said)


def test_a_key_in_an_own_readme_is_not_shipped(tmp_path: Path):
    out = pack(tmp_path / "out")
    (out / "README.md").write_text("# Mine\n\nsk-" + "ant-api03-0123456789abcdef\n", "utf-8")
    with pytest.raises(CannotPackage, match=r"README\.md holds .*sk-ant…\), line 3: take"):
        pack(out)


def test_live_times_go_with_the_submission_that_they_were_of(tmp_path: Path):
    out = pack(tmp_path / "out", live=LIVE)
    pack(out)
    assert not [path for path in out.iterdir() if "live" in path.name]


# ---- The card


def pixels(data: bytes) -> tuple[int, int, set[int]]:
    """Read a PNG of a palette: its size, and which colours are in it."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed = 8, b""
    size = (0, 0)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        [check] = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(packed)
    assert len(raw) == (size[0] + 1) * size[1]
    return *size, set(raw)


def test_a_card_is_a_picture_of_the_size_that_sites_ask_for():
    data = card("Ein Agent für José", "Łukasz Ørsted", ["a", "  > tool"], "2 of 2")
    width, height, colours = pixels(data)
    assert (width, height) == (1200, 630) and colours == set(range(6))
    assert data == card("Ein Agent für José", "Łukasz Ørsted", ["a", "  > tool"], "2 of 2")
    assert card("x", "李", [], "") == card("x", "", [], "")  # left out, rather than wrong
    assert card("李", "x", [], "") == card("A streaming agent in one file", "x", [], "")


@given(st.text(), st.text(), st.lists(st.text(), max_size=9), st.text())
@pytest.mark.long
def test_whatever_is_written_on_it_a_card_is_a_card(title, author, said, figures):
    assert pixels(card(title, author, said, figures))[:2] == (1200, 630)


# ---- The commit


def git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which git knows no one, and may not guess."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tuseConfigOnly = true\n[init]\n\tdefaultBranch = trunk\n", "utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("EMAIL", raising=False)


@pytest.mark.usefixtures("nobody")
def test_a_commit_needs_no_identity_and_is_on_main(tmp_path: Path):
    out = pack(tmp_path / "out", live=LIVE)
    words = commit(out, "Ann Other")
    assert "git commit --amend --reset-author" in words and "Nothing was pushed" in words
    assert git(out, "branch", "--show-current") == "main"
    assert git(out, "log", "--format=%an <%ae>") == "Ann Other <author@example.invalid>"
    held = {*CONTENTS, *EXTRAS, "manifest.json", ".gitattributes"}
    assert set(git(out, "ls-files").split()) == held
    assert commit(out) == "Nothing has changed since the last commit."
    pack(out)
    commit(out)
    assert set(git(out, "ls-files").split()) == held - {"ttft-live.json", "ttft-live.svg"}
    assert git(out, "status", "--porcelain") == ""


@pytest.mark.usefixtures("nobody")
def test_a_commit_is_of_whom_git_knows_and_on_the_branch_that_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = pack(tmp_path / "out")
    git(out, "init", "--quiet")
    git(out, "config", "user.name", "Bob")
    git(out, "config", "user.email", "bob@example.org")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))  # as in a hook
    assert "amend" not in commit(out, "Ann")
    monkeypatch.delenv("GIT_DIR")
    assert git(out, "branch", "--show-current") == "trunk"
    assert git(out, "log", "--format=%an <%ae>") == "Bob <bob@example.org>"


# ---- Live, proved against the mock


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder with a note; the suite, which others try, is not run."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    for name in ("ANTHROPIC_API_KEY", "COURSE_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(commands, "try_in_suite", lambda *_, **__: RESULTS[:1])
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "note.md").write_text(NOTE, encoding="utf-8")
    return tmp_path / "home"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.long
def test_live_times_stand_beside_the_mocks(
    own: bool, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd
):
    key = "no-form-of-a-key-0123"
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    more = []
    if own:
        file = tmp_path / "mine.py"
        file.write_text(course_agent(), encoding="utf-8")
        more = ["--agent", str(file)]
    pace = {"first_token": 1.0, "tokens_per_second": 400.0}
    with start_server(Settings.from_json({"pace": pace})) as server:
        options = ["--live", "--base-url", server.base_url, "--model", "claude-sonnet-5-5"]
        code = commands.main(
            ["submit", "--runs", "3", *options, *more, "--title", "T", "--gallery"]
        )
    shown = "".join(capfd.readouterr())
    assert code == 0, shown
    out = home / "submission"
    mock = json.loads((out / "ttft.json").read_text("utf-8"))
    live = json.loads((out / "ttft-live.json").read_text("utf-8"))
    assert (mock["mode"], live["mode"]) == ("mock", "live")
    assert live["model"] == "claude-sonnet-5-5" and live["host"] in server.base_url
    # The server's own pace, which the mock of the other times hasn't.
    assert live["milliseconds"]["raw_socket"]["median"] > 900 and live["told"] == TOLD
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert (manifest["mode"], manifest["title"], manifest["gallery"]) == ("live", "T", True)
    assert ('"claude-sonnet-5-5"' in (out / "agent.py").read_text("utf-8")) != own
    cast = Cast.read(out / "recording.cast")
    assert "--mock" not in cast.command and "get_weather Lagos" in cast.said
    assert key not in shown
    assert not any(key.encode() in path.read_bytes() for path in out.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--live"], "There is no key: set ANTHROPIC_API_KEY, or leave --live out."),
        (["--base-url", "https://example.org"], "add --live"),
        (["--agent", "mine.py", "--openai"], "leave it, or --agent, out"),
        (["--agent", "mine.py", "--model", "m"], "in --live alone"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_does_not_fit_together_is_one_sentence(arguments: list[str], words: str, capsys):
    assert commands.main(["submit", *arguments]) == 2
    shown = capsys.readouterr().err
    assert words in shown and shown.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--base-url", "https://ann:secret-word@example.org"],
        ["--base-url", "https://example.org/?key=secret-word"],
        ["--base-url", "file:///secret-word"],
        ["--model", "secret-word two"],
        ["--title", "x" * 81],
        ["--author", "\x1b[31m"],
    ],
)
def test_what_an_option_does_not_take_is_refused(arguments: list[str], capsys):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["submit", *arguments])
    assert refusal.value.code == 2
    assert "secret-word" not in capsys.readouterr().err


# ---- What this machine could not do


def checks_of(folder: Path) -> dict[str, Check]:
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return {id: make() for id, make in behind(files, Found())}


def test_what_could_not_be_had_is_said_and_not_packed(tmp_path: Path):
    why = {"recording": "Windows has no pseudo-terminal for this.", "ttft": "It said nothing."}
    folder = pack(tmp_path / "out", cast=None, measured=None, left_out=why)
    absent = {name for names in OPTIONAL.values() for name in names}
    assert not absent & {path.name for path in folder.iterdir()}
    assert not [name for name in absent if name in readme_of(folder)]
    assert "The session above" not in readme_of(folder) and "first token" not in readme_of(folder)
    assert missing({path.name for path in folder.iterdir()}) == []
    checks = checks_of(folder)
    for id, words in why.items():
        assert checks[id].word == "told" and words in checks[id].why


@pytest.mark.parametrize("left_out", [None, {}, {"recording": 5}, {"ttft": "It said nothing."}, []])
def test_what_is_missing_without_a_reason_is_missing(tmp_path: Path, left_out: object):
    folder = pack(tmp_path / "out", cast=None)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "left_out": left_out}))
    check = checks_of(folder)["recording"]
    assert not check.passed
    assert check.why == "recording.cast and recording.svg are missing."


def test_half_of_a_pair_is_missing_whatever_the_reason(tmp_path: Path):
    folder = pack(tmp_path / "out", left_out={"ttft": "It said nothing."})
    (folder / "ttft.svg").unlink()
    assert checks_of(folder)["ttft"].why == "ttft.svg is missing."


def test_a_reason_is_searched_for_keys(tmp_path: Path):
    why = {"recording": "It ended with 1: sk-ant-api03-Zk9vQ2xLr8TnW4bYh6JdPf1sXcMa"}
    with pytest.raises(CannotPackage, match=r"manifest\.json holds"):
        pack(tmp_path / "out", cast=None, left_out=why)
