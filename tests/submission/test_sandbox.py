"""What holds a foreign agent in: the container where there is one, and limits everywhere."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.submission import sandbox
from helpers.submission.sandbox import Bounds, Stopped, describe_container, evaluate

JOB = {"seeds": [1], "cases": ["loops"], "patience": 1.0}


@pytest.fixture(params=["with the container", "without"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With bubblewrap, where the machine has it, and without."""
    if request.param == "without":
        monkeypatch.setattr(sandbox, "container", lambda: ())


def reports(source: str, **more: Any) -> list[dict[str, Any]]:
    return list(evaluate({**JOB, **more}, {"agent.py": source.encode()}))


def results(source: str, **more: Any) -> list[dict[str, Any]]:
    return [one for one in reports(source, **more) if "result" in one]


def read_terminal(source: str) -> str:
    """Return what an agent writes to a terminal."""
    [session] = [one for one in reports(source, seeds=[], prompt="Hello") if "recording" in one]
    return str(session["recording"])


def alive(mark: str) -> list[psutil.Process]:
    """Return the processes whose command line holds a mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(mark in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def is_gone(mark: str) -> bool:
    """Say whether no process has a mark, once the system has cleared up."""
    deadline = time.monotonic() + 60
    while alive(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def mark() -> str:
    return f"{random.SystemRandom().randrange(10**6, 10**7)}.25"


AWAY = """
import os, sys
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            os.execvp("sleep", ["sleep", "MARK"])
        os._exit(0)
"""


@pytest.mark.usefixtures("either")
@pytest.mark.long
def test_what_hides_from_its_parent_is_ended_too():
    sleeper = mark()
    [report] = results(AWAY.replace("MARK", sleeper))
    assert report["result"]["passed"] is False
    assert is_gone(sleeper)


@pytest.mark.usefixtures("either")
def test_too_many_processes_end_the_trial():
    sleeper = mark()
    many = f"import os\nfor _ in range(6): os.fork()\nos.execvp('sleep', ['sleep', '{sleeper}'])\n"
    with pytest.raises(Stopped, match="more than 40 processes"):
        reports(many, patience=20.0)
    assert is_gone(sleeper)


# The process that runs the suite: on Linux, a launcher stands between it and the agent.
TRIAL = """
import os, sys
trial = os.getppid()
if sys.platform == "linux":
    trial = int(open(f"/proc/{trial}/stat").read().rpartition(")")[2].split()[1])
"""


@pytest.mark.usefixtures("either")
def test_who_kills_the_trial_gets_no_verdict():
    sleeper = mark()
    kills = (
        f"{TRIAL}\nimport signal\nos.kill(trial, signal.SIGKILL)\n"
        f"os.execvp('sleep', ['sleep', '{sleeper}'])\n"
    )
    with pytest.raises(Stopped, match="ended before it was done"):
        reports(kills)
    assert is_gone(sleeper)


@pytest.mark.long
def test_leaving_a_trial_ends_it():
    sleeper = mark()
    running: Iterator[dict[str, Any]] = evaluate(
        {"seeds": [1, 2], "cases": ["loops"], "patience": 1.0},
        {"agent.py": f"import os\nos.execvp('sleep', ['sleep', '{sleeper}'])\n".encode()},
    )
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert is_gone(sleeper)


def test_a_trial_has_its_time_and_its_memory():
    waits = {"agent.py": b"import time\ntime.sleep(60)\n"}
    with pytest.raises(Stopped, match="not done after 1 s"):
        list(evaluate({**JOB, "patience": 30.0}, waits, bounds=Bounds(seconds=1)))
    with pytest.raises(Stopped, match="more than 8 MB of memory"):
        list(evaluate({**JOB, "patience": 30.0}, waits, bounds=Bounds(memory=8 << 20)))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("while True: print('x' * 100_000)", "wrote more than a megabyte"),
        ("open('f', 'wb').write(b'x' * 3_000_000)", "File too large"),
        ("x = bytearray(4 << 30)", "MemoryError"),
    ],
    ids=["output", "file", "memory"],
)
@pytest.mark.usefixtures("either")
@pytest.mark.long
def test_a_run_has_its_limits(source: str, words: str):
    [report] = results(source, patience=5.0)
    assert words in report["result"]["seen"]


def test_the_wall_keeps_what_it_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where there is no container, that is said."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-of-this-machine")
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    tries = f"""
import os, socket
def attempt(name, do):
    try:
        do()
        print(name, "did")
    except OSError:
        print(name, "could not")
attempt("read", lambda: open({str(outside)!r}).read())
attempt("write", lambda: open({str(Path(__file__).parent / "new.txt")!r}, "w"))
attempt("dial", lambda: socket.create_connection(("192.0.2.1", 9), 0.2))
attempt("look", lambda: os.open(f"/proc/{{os.getppid()}}/fd/1", os.O_WRONLY))
print("key", os.environ.get("ANTHROPIC_API_KEY"))
"""
    if not sandbox.container():
        assert any("Not contained here" in words for words in describe_container())
        return
    words = read_terminal(tries)
    for one in ("read", "write", "dial", "look"):
        assert f"{one} could not" in words
    assert "of-this-machine" not in words  # but one that the course made up
    assert not (Path(__file__).parent / "new.txt").exists()
    assert any(line.startswith("Contained by bubblewrap") for line in describe_container())


def test_each_platform_hears_what_is_not_contained(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "container", lambda: ())
    for system in ("linux", "darwin", "win32"):
        monkeypatch.setattr("sys.platform", system)
        assert any(
            "Not contained" in words and "network" in words for words in describe_container()
        )


@pytest.mark.usefixtures("either")
def test_a_trial_ends_when_somebody_stops_it():
    sleeper, stop = mark(), threading.Event()
    file = f"import os\nos.execvp('sleep', ['sleep', '{sleeper}'])\n".encode()
    running = evaluate({**JOB, "patience": 60.0}, {"agent.py": file}, stop=stop)
    stop.set()
    with pytest.raises(Stopped, match="somebody stopped it"):
        list(running)
    assert is_gone(sleeper)


WRITES = """
import os
for change in (
    lambda: open(__file__, "a").write("# changed"),
    lambda: os.chmod(__file__, 0o777),
    lambda: os.rename(__file__, "/tmp/other.py"),
    lambda: os.remove(__file__),
):
    try:
        change()
        print("did")
    except OSError:
        print("could not")
"""


def test_an_agent_cannot_change_its_own_file():
    if sandbox.container():
        words = read_terminal(WRITES)
        assert words.count("could not") == 4 and "did" not in words


OUTSIDE = """
import os, tempfile
for path in ("/root/.ssh/id_rsa", "/etc/shadow", f"/proc/{os.getppid()}/environ", "/home/x/.env"):
    try:
        open(path).read()
    except OSError:
        pass
with open(os.path.join(tempfile.gettempdir(), "mine"), "w") as file:
    file.write("mine")
open(__file__).read()
open("/etc/hosts").read() if os.path.exists("/etc/hosts") else None
"""


@pytest.mark.usefixtures("either")
def test_what_an_agent_tries_outside_is_told_even_where_it_could_not():
    seen = {one["outside"] for one in reports(OUTSIDE) if "outside" in one}
    assert {words.rpartition(" ")[2].split("/")[-1] for words in seen} == {
        "id_rsa",
        "shadow",
        "environ",
        ".env",
    }


@pytest.mark.parametrize(
    "hides",
    [
        "os.closerange(3, 100)",
        "[os.ftruncate(n, 0) for n in range(3, 20) if writable(n)]",
        "[os.dup2(os.open(os.devnull, os.O_WRONLY), n) for n in range(3, 20) if writable(n)]",
        "[os.lseek(n, 0, 0) for n in range(3, 20) if writable(n)]",
    ],
    ids=["closes", "empties", "replaces", "goes back"],
)
def test_notes_cannot_be_shortened_by_whom_they_are_about(hides: str):
    source = f"""
import os, subprocess
def writable(n):
    try:
        os.write(n, b"")
        return True
    except OSError:
        return False
try:
    subprocess.run(["true"])
    {hides}
except OSError:
    pass
import openai
"""
    job = {"cases": ["by_hand"], "patience": 10.0}
    [report] = results(source, **job)
    assert not report["result"]["passed"]
    assert "starts another program" in report["result"]["seen"]


def test_where_nothing_contains_it_open_secrets_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "container", lambda: ())
    monkeypatch.setenv("SOME_API_KEY", "a-value-that-nobody-sees")
    words = " ".join(describe_container())
    assert "SOME_API_KEY" in words and "a-value-that-nobody-sees" not in words


@pytest.mark.usefixtures("either")
def test_an_agent_is_given_no_environment_of_the_verifier(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOME_API_KEY", "a-value-that-nobody-sees")
    words = read_terminal("import os\nprint(dict(os.environ), open('/proc/self/environ').read())")
    assert "a-value-that" not in words and "SOME_API_KEY" not in words


@pytest.mark.long
def test_behind_the_wall_no_process_shows_the_verifiers_environment(
    monkeypatch: pytest.MonkeyPatch,
):
    if not sandbox.container():
        return
    looks = """
import glob
for name in glob.glob("/proc/[0-9]*/environ"):
    try:
        print(open(name).read())
    except OSError:
        print("could not")
"""
    environ = Path("/proc/self/environ").read_text().split("\0")
    mine = {one for one in environ if one and not one.startswith(("PATH=", "PYTHON", "TMPDIR="))}
    seen = read_terminal(looks)
    assert not [one for one in mine if len(one) > 12 and one in seen]
