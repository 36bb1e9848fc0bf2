"""The agent in the terminal as people run it: in a pipe, and on a terminal."""

import errno
import io
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from helpers.assistant.agent import Agent
from helpers.assistant.tools import agent_tools
from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Fault, Pace, Settings
from helpers.session.session import Session
from helpers.terminal.__main__ import main
from helpers.terminal.chat import Talk
from helpers.terminal.screen import PlainScreen

AGENT = [sys.executable, "-P", "-m", "helpers.terminal"]
HAIKU = "What's the weather in Lagos? Then write a haiku about it."
EVIL = "\x1b]0;pwned\x07\x1b[31mred"

posix = pytest.mark.skipif(os.name == "nt", reason="there is no such thing on Windows")


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with start_server(Settings(pace=Pace(first_token=0.05, tokens_per_second=200))) as server:
        yield server


@pytest.fixture
def environment(server: MockServer) -> dict[str, str]:
    return {**os.environ, "COURSE_BASE_URL": server.base_url, "TERM": "xterm-256color"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    (tmp_path / "evil.txt").write_text(EVIL)
    return tmp_path


class Ran(NamedTuple):
    """What became of a run of the agent without a terminal."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    server: MockServer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return a function that runs the agent with these arguments, in this process."""

    def run(*arguments: str, given: str = "", **variables: str) -> Ran:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["agent", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        for name, value in ({"COURSE_BASE_URL": server.base_url} | variables).items():
            monkeypatch.setenv(name, value)
        try:
            code = main()
        except SystemExit as exit:  # how argparse ends
            code = int(exit.code or 0)
        ran = Ran(code, *capsys.readouterr())
        assert "\x1b" not in ran.out + ran.err
        return ran

    return run


# ---- In a pipe


def test_the_prompt_of_the_course(run: Run):
    done = run(HAIKU)
    assert (done.code, done.err) == (0, "")
    assert re.sub(r"[\d,.]+ (tokens|out|s)\b", r"N \1", done.out) == (
        "I'll look up the weather in Lagos first; the haiku needs it.\n\n"
        "✓ Asking for the weather in Lagos: done, N s\n\n"
        "**Lagos right now:** 31 °C, humid with sunny spells and a sea breeze "
        "(made-up data: this tool works offline).\n\n"
        "> Sun on the lagoon,\n> the danfo horns hold their breath:\n> one breeze from the sea.\n\n"
        "2 turns · N tokens in, N out · no cost (mock) · N s\n"
    )


def test_files_of_the_folder_are_read(run: Run, folder: Path):
    done = run("List", "the files here and read notes.txt and evil.txt")
    assert "✓ Reading notes.txt: done" in done.out
    assert "Buy milk." in done.out
    assert "�]0;pwned��[31mred" in done.out
    assert "Buy milk." in run("read notes.txt", "--folder", str(folder)).out
    assert "failed. There is no 'notes.txt'" in run("read notes.txt", "--folder", "/").out


def test_a_prompt_may_come_through_a_pipe(run: Run):
    done = run(given="What is 12*(3+4)?\n")
    assert "✓ Calculating 12*(3+4): done" in done.out
    assert "84" in done.out


@pytest.mark.parametrize("provider", ["openai-chat", "openai-responses"])
def test_other_apis_give_the_same(run: Run, provider: str):
    done = run("--provider", provider, "What is 12*(3+4)?")
    assert (done.code, done.err) == (0, "")
    assert "✓ Calculating 12*(3+4): done" in done.out
    assert "(called with expression: 12*(3+4)): 84\n" in done.out


@pytest.mark.parametrize("fault", ["drop", "error", "status"])
def test_a_fault_is_recovered_from(run: Run, fault: str):
    done = run("--fault", fault, "Count to three.")
    assert done.code == 0
    again = " The answer begins again." if fault != "status" else ""
    assert re.search(rf"^↻ .*\. Trying again in 0\.\d s\.{again}$", done.out, re.MULTILINE)
    assert "\nOne, two, three.\n" in done.out


@posix
def test_text_is_there_before_the_answer_ends(environment: dict[str, str]):
    process = subprocess.Popen(
        [*AGENT, "Give me a long answer"], env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process, process.stdout:
        assert os.read(process.stdout.fileno(), 1)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read().decode()
        assert rest.endswith("\n\n■ Stopped.\n")
        assert process.wait(60) == 130


@posix
def test_nobody_reads_on(environment: dict[str, str]):
    command = subprocess.list2cmdline([*AGENT, "Give me a long answer"])
    done = subprocess.run(
        ["sh", "-c", f"{command} | head -c 5"], env=environment, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("A TCP", "")


@posix
def test_a_full_disk_is_told(environment: dict[str, str]):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*AGENT, "Count to three."], env=environment, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 1
    reason = os.strerror(errno.ENOSPC)
    assert done.stderr.decode() == f"The answer can't be written: {reason}.\n"


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "said"),
    [
        (["--nope", "x"], {}, 2, "unrecognized arguments: --nope"),
        (["--max-turns", "0", "x"], {}, 2, "'0' is no number from 1 to 100"),
        (["--fault", "nope", "x"], {}, 2, "invalid choice: 'nope'"),
        (["--provider", "nope", "x"], {}, 2, "invalid choice: 'nope'"),
        (["--folder", "/nowhere", "x"], {}, 1, "The folder /nowhere can't be read: No such"),
        (["--model", "nope", "x"], {}, 1, "No model 'nope' here: choose one of offline-mock"),
        ([], {}, 1, "There is no prompt"),
        (["--fault", "drop", "x"], {"COURSE_MODE": "custom"}, 1, "in mock mode only"),
    ],
)
def test_trouble_is_a_sentence(
    run: Run, arguments: list[str], variables: dict[str, str], code: int, said: str
):
    done = run(*arguments, **variables)
    assert done.code == code
    assert said in done.err


def test_a_mode_that_cannot_be_had_leaves_the_offline_one():
    done = subprocess.run(
        [*AGENT, "Count to three."],
        env={**os.environ, "COURSE_MODE": "anthropic"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0
    assert done.stdout.startswith("One, two, three.\n")
    assert done.stderr.startswith("Live mode needs a key: set ANTHROPIC_API_KEY")
    assert done.stderr.endswith("The course stays in mock mode.\n")


# ---- Failures inside a run


async def answer(session: Session, folder: Path) -> tuple[int, str]:
    paper = io.StringIO()
    agent = Agent(session, tools=lambda: agent_tools(folder), thinks=False)
    async with agent.keep_open():
        code = await Talk(agent, folder).answer("Count to three.", PlainScreen(paper))
    return code, paper.getvalue()


async def test_a_refused_request(server: MockServer, folder: Path):
    session = Session({"COURSE_BASE_URL": server.base_url, "COURSE_MODE": "mock"})
    session.use_mock(Settings(fault=Fault("status", status=400)))
    code, said = await answer(session, folder)
    assert code == 1
    assert said.startswith("✕ The answer failed. HTTP 400 invalid_request_error: ")


async def test_the_cap_is_told(server: MockServer, folder: Path):
    session = Session({"COURSE_BASE_URL": server.base_url, "COURSE_MODE": "custom"})
    session.set_cap(0)
    code, said = await answer(session, folder)
    assert code == 1
    assert said.startswith("✕ This request could cost up to $")


async def test_live_answers_tell_their_price(server: MockServer, folder: Path):
    session = Session({"COURSE_BASE_URL": server.base_url, "ANTHROPIC_API_KEY": "k"})
    session.use("custom", base_url=server.base_url)
    code, said = await answer(session, folder)
    assert code == 0
    assert re.search(r"^1 turn · \d+ tokens in, 6 out · \$0\.\d{6} · \d\.\d s$", said, re.MULTILINE)


# ---- On a terminal


class Terminal:
    """The agent on a pseudo-terminal: what it wrote, and a keyboard."""

    def __init__(self, *arguments: str, environment: dict[str, str], folder: Path) -> None:
        import pty

        own, other = pty.openpty()
        self.process = subprocess.Popen(
            [*AGENT, *arguments],
            env=environment,
            cwd=folder,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)
        self.own = own
        self.raw = b""
        self.seen = 0  # how much of the text has been waited for

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.own)

    @property
    def text(self) -> str:
        """What was written, without the sequences that steer a terminal."""
        return re.sub(r"\x1b(\[[\d;?]*[A-Za-z]|[=>])|\r", "", self.raw.decode(errors="replace"))

    def type(self, keys: str) -> None:
        os.write(self.own, keys.encode())

    def read(self) -> bool:
        """Take what has been written meanwhile; say whether there may be more."""
        if select.select([self.own], [], [], 0.05)[0]:
            try:
                data = os.read(self.own, 65536)
            except OSError:  # what Linux says once the program is gone
                return False
            self.raw += data
            for _ in range(data.count(b"\x1b[6n")):  # where is the cursor?
                self.type("\x1b[1;1R")
            return bool(data)
        return True

    def expect(self, words: str) -> None:
        """Wait until these words have been written, after those that were waited for before."""
        deadline = time.monotonic() + 60
        while (found := self.text.find(words, self.seen)) < 0:
            assert time.monotonic() < deadline, f"{words!r} never came:\n{self.text[self.seen :]}"
            assert self.read(), f"It ended before {words!r}:\n{self.text[self.seen :]}"
        self.seen = found + len(words)

    def wait_for_end(self) -> int:
        """Wait for the end; return the exit code."""
        deadline = time.monotonic() + 60
        while self.read():
            assert time.monotonic() < deadline, self.text[self.seen :]
        assert "Traceback" not in self.text
        return self.process.wait(60)


@posix
def test_a_conversation(environment: dict[str, str], folder: Path):
    with Terminal(environment=environment, folder=folder) as terminal:
        terminal.expect("mock mode: requests go to this machine")
        terminal.expect("Ctrl-D ends.")
        terminal.type("Give me a long answer\r")
        terminal.expect("> Give me a long answer")
        terminal.expect("A TCP connection promises")  # finished lines are written whole
        terminal.type("\x03")
        terminal.expect("■ Stopped.")
        terminal.expect("Ctrl-D ends.")  # the line for the next question is there
        terminal.type("What is 12*(3+4)?\r")
        terminal.expect("✓ Calculating 12*(3+4): done")
        terminal.expect("no cost (mock)")
        terminal.type("Give me a long answer\r")
        terminal.expect("A TCP connection promises")
        terminal.type("Count to three.\r")
        terminal.expect("■ Interrupted.")
        terminal.expect("> Count to three.")
        terminal.expect("One, two, three.")
        terminal.expect("no cost (mock)")
        terminal.type("\x04")
        assert terminal.wait_for_end() == 0


@posix
@pytest.mark.long
def test_a_prompt_is_answered_in_style_and_that_is_all(environment: dict[str, str], folder: Path):
    began = time.monotonic()
    with Terminal(HAIKU, environment=environment, folder=folder) as terminal:
        assert terminal.wait_for_end() == 0
    said, took = terminal.text, time.monotonic() - began
    found = re.search(r"✓ Asking for the weather in Lagos: done, (\d+\.\d) s", said)
    assert found and 0.8 <= float(found[1]) <= took
    assert "│ Sun on the lagoon," in said
    assert re.search(rb"\x1b\[0;1mLagos right now:\x1b\[0m", terminal.raw)


@posix
@pytest.mark.long
def test_ctrl_c_ends_an_answer_to_a_prompt(environment: dict[str, str], folder: Path):
    with Terminal("Give me a long answer", environment=environment, folder=folder) as terminal:
        terminal.expect("A TCP connection promises")
        terminal.type("\x03")
        assert terminal.wait_for_end() == 130
    assert "■ Stopped." in terminal.text


@posix
@pytest.mark.long
def test_a_hostile_file_steers_no_terminal(environment: dict[str, str], folder: Path):
    environment["NO_COLOR"] = "1"
    with Terminal("read evil.txt", environment=environment, folder=folder) as terminal:
        assert terminal.wait_for_end() == 0
    assert "�]0;pwned��[31mred" in terminal.text
    assert b"\x1b]" not in terminal.raw
    assert not re.search(rb"\x1b\[[\d;]*3\dm", terminal.raw)  # no colours, of ours either


@posix
@pytest.mark.long
def test_a_terminal_that_can_do_little(environment: dict[str, str], folder: Path):
    environment["TERM"] = "dumb"
    with Terminal(environment=environment, folder=folder) as terminal:
        terminal.expect("> ")
        terminal.type("Count to three.\n")
        terminal.expect("One, two, three.")
        terminal.expect("> ")
        terminal.type("\x04")
        assert terminal.wait_for_end() == 0
    assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "2>&-", "<&-"])
@pytest.mark.long
def test_a_closed_stream_is_no_traceback(server: MockServer, folder: Path, closed: str):
    command = f'"$0" -m helpers.terminal "Show me what streaming looks like." {closed}'
    ran = subprocess.run(
        ["sh", "-c", command, sys.executable],
        env={**os.environ, "COURSE_BASE_URL": server.base_url},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "Traceback" not in ran.stderr
    assert ran.returncode == (1 if ">&- " in f"{closed} " and not closed.startswith("2") else 0)
    if closed == ">&-":
        assert ran.stderr == "The answer can't be written: standard output is closed.\n"
    if ran.returncode == 0:
        assert "this emoji: 🧵" in ran.stdout
