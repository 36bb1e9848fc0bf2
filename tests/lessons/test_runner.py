"""A check ends within seconds, names what happened, and leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import psutil
import pytest
from sample_exercises import COUNT, GREET, LATER

from helpers.lessons.checking import runner
from helpers.lessons.checking.report import Report, Span
from helpers.lessons.checking.runner import Limits, check
from helpers.lessons.checking.sandbox import OVERTIME_SECONDS
from helpers.lessons.exercise import Exercise
from tests.listening import wait_for_file
from tests.sweeps import sweep

# A child prints as much as it may well before it has computed for so long.
QUICK = Limits(case_seconds=0.5, output_bytes=20_000)
LONG = 120  # seconds; for what must come, on the busiest machine


def check_source(exercise: Exercise, source: str, limits: Limits = QUICK) -> Report:
    """Check a source, and hold the check itself to its promises."""
    # Other tests of this worker may have left a server running, or a thread that ends meanwhile;
    # a check may leave nothing.
    before = set(threading.enumerate()), set(psutil.Process().children(recursive=True))
    started = time.monotonic()
    report = check(exercise, textwrap.dedent(source), limits=limits)
    assert time.monotonic() - started < LONG
    assert set(psutil.Process().children(recursive=True)) <= before[1]
    assert set(threading.enumerate()) <= before[0]
    return report


def mistake(report: Report) -> str:
    return report.diagnosis.misconception if report.diagnosis else ""


def where(report: Report) -> str:
    return report.diagnosis.where if report.diagnosis else ""


def statuses(report: Report) -> list[str]:
    return [case.status for case in report.cases]


def count(body: str) -> str:
    """A `count` that is right up to 2 and then does something else."""
    right = "import os, sys, time\ndef count(n):\n    if n <= 2: return list(range(n))\n"
    return right + textwrap.indent(textwrap.dedent(body), "    ")


def test_a_later_case_claims_no_other_mistake() -> None:
    report = check_source(
        COUNT,
        """
        def count(n):
            if n == 4:
                return colour
            return [*range(n)][::-1] if n == 2 else "three" if n == 3 else [0]
        """,
    )
    found = [case.diagnosis.misconception if case.diagnosis else "" for case in report.cases]
    assert found == ["", "counts-down", "perhaps-the-same", "unknown-name"]
    assert report.cases[2].diagnosis and report.cases[2].diagnosis.came_back != ()


def test_right() -> None:
    report = check_source(COUNT, COUNT.reference_source())
    assert report.status == "passed" and report.passed == 4 and report.loaded
    assert report.diagnosis is None and report.notes == ()


def test_a_mistake_gets_its_words_whatever_the_code_has_broken() -> None:
    source = """
        import builtins, io
        builtins.open = io.open = None
        def count(n): return list(range(n))[::-1]
    """
    report = check_source(COUNT, source)
    assert report.diagnosis is not None and report.diagnosis.misconception == "counts-down"
    said = (report.diagnosis.looks_like, report.diagnosis.try_next)
    assert said == ("counting down", "Count `up`.")


def test_wrong() -> None:
    report = check_source(COUNT, "def count(n): return list(range(n))[::-1]")
    assert report.status == "failed"
    assert statuses(report) == ["passed", "failed", "failed", "failed"]
    found = report.diagnosis
    assert found is not None
    assert (found.misconception, found.ran) == ("counts-down", "count(2)")
    assert found.came_back == (Span("["), Span("1, 0", True), Span("]"))
    assert found.expected == (Span("["), Span("0, 1", True), Span("]"))


# One of each name, and then others that end under it.
MISTAKES = [
    ("def count(n): pass\nx = 1\ndef more(): return 2", "returns-nothing"),
    ("def count(n): print(n)", "prints-where-return"),
    ("async def count(n): return []", "async-where-plain"),
    ("def count(n): yield 1", "yields-where-return"),
    ("def count(n): return tuple(range(n))", "another-type"),
    ("def count(n): return [1]", "another-value"),
    ("def count(): return []", "other-arguments"),
    ("def count(n): return numbers", "unknown-name"),
    ("def count(n): import nothing_like_it", "import-fails"),
    ("def count(n): return 1 / 0", "raises"),
    ("def count(n): raise NotImplementedError('yet') if n else 0", "not-written-yet"),
    ("def counted(n): return []", "missing-name"),
    ("def count(n): return count(n)", "calls-itself-without-end"),
    ("def count(n): return input('?')", "asks-for-input"),
    ("import sys\ndef count(n): sys.exit(0)", "exits"),
    ("def count(n): raise KeyboardInterrupt", "raises-keyboard-interrupt"),
    ("def count(n):\n    while True: print('again')", "prints-without-end"),
    ("import os\ndef count(n): os._exit(0)", "ends-the-process"),
    ("def count(n):\n    while True: pass", "still-running"),
]
MORE_MISTAKES = [
    ("def count(n):\n    try: input()\n    except Exception: raise", "asks-for-input"),
    ("import sys\ndef count(n): return sys.stdin.read()", "asks-for-input"),
    ("def count(n): raise GeneratorExit", "raises"),
    ("import os\ndef count(n):\n    while True: os.write(1, b'a' * 999)", "prints-without-end"),
    ("import os\ndef count(n):\n    while True: os.write(2, b'a' * 999)", "prints-without-end"),
    ("import time\ndef count(n): time.sleep(60)", "still-running"),
    (
        "def count(n):\n    while True:\n        try: 1 / 0\n        except: pass",
        "still-running",
    ),
    ("def count(n): return 10 ** 10 ** 9", "still-running"),
]
if os.name == "posix":
    MISTAKES += [("import os\ndef count(n): os.abort()", "kills-the-process")]
    MORE_MISTAKES += [
        ("import ctypes\ndef count(n): ctypes.string_at(0)", "kills-the-process"),
        ("import os\ndef count(n): os.kill(os.getpid(), 9)", "kills-the-process"),
        ("import os, signal\ndef count(n): os.kill(os.getpid(), signal.SIGSTOP)", "still-running"),
        ("import signal\ndef count(n): signal.pause()", "still-running"),
    ]


@pytest.mark.parametrize(("source", "name"), [*MISTAKES, *sweep(MORE_MISTAKES, first=0)])
def test_a_case_goes_wrong(source: str, name: str) -> None:
    report = check_source(COUNT, source)
    assert report.status == "failed" and report.loaded
    assert mistake(report) == name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def count(n:\n    return 1", "syntax-error"),
        ("def count(n): return '\0'", "syntax-error"),
        ("def count(n):\n  return 1\n return 2", "syntax-error"),
        ("x = " + "(" * 400 + ")" * 400, "syntax-error"),
        ("def count(n): return []\nawait count(1)", "syntax-error"),
        ("%time 1\ndef count(n): return []", "syntax-error"),
        ("def count(n): return []\n1 / 0", "raises"),
        ("def count(n): return []\ncount()", "raises"),
        ("def count(n): return []\nexit()", "exits"),
        ("def count(n): return []\nimport sys; sys.exit()", "exits"),
        ("def count(n): return []\nraise SystemExit", "exits"),
        ("def count(n): return []\nimport os; os._exit(7)", "ends-the-process"),
        ("def count(n): return []\nwhile True: pass", "still-running"),
        ("def count(n): return []\nwhile True: print()", "prints-without-end"),
        ("def count(n): return []\nname = input()", "asks-for-input"),
    ],
)
@pytest.mark.long
def test_the_cell_itself_goes_wrong(source: str, name: str) -> None:
    report = check_source(COUNT, source)
    assert report.status == "broken" and not report.loaded
    assert set(statuses(report)) == {"not_run"}
    assert mistake(report) == name
    assert report.diagnosis is not None and report.diagnosis.expected == ()


@pytest.mark.parametrize(
    "ending",
    ["while True: pass", "os._exit(1)", "os.abort()", "while True: os.write(1, b'a' * 999)"],
)
def test_what_came_before_is_known(ending: str) -> None:
    report = check_source(COUNT, count(ending))
    assert statuses(report) == ["passed", "passed", "failed", "not_run"]
    assert report.diagnosis is not None
    assert report.diagnosis.ran == "count(3)"
    assert "".join(span.text for span in report.diagnosis.expected) == "[0, 1, 2]"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("while True: pass", "line 4 of your cell: while True: pass"),
        ("while n:\n    for i in range(9): str(i)", "line 4 of your cell: while n:"),
        ("while n:\n    while n: n += 1", "line 5 of your cell: while n: n += 1"),
        ("time.sleep(60)", "line 4 of your cell: time.sleep(60)"),
        ("while n: time.sleep(0.01)", "line 4 of your cell: while n: time.sleep(0.01)"),
        ("import itertools\nfor i in itertools.count(): i", "line 5 of your cell: for i in"),
        ("return 1 / 0", "line 4 of your cell: return 1 / 0"),
        ("return sorted(3)", "line 4 of your cell: return sorted(3)"),
        ("import json\njson.loads('{')", "line 5 of your cell: json.loads('{')"),
    ],
)
@pytest.mark.long
def test_it_says_where(body: str, line: str) -> None:
    assert where(check_source(COUNT, count(body))).startswith(line)


def test_lines_are_those_of_the_cell_as_it_is_seen() -> None:
    report = check(COUNT, "def count(n):\n    return 1 / 0", first_line=2)
    assert where(report) == "line 3 of your cell: return 1 / 0"
    report = check(COUNT, "def count(n)\n    return 1 / 0", first_line=2)
    assert where(report) == "line 2 of your cell: def count(n)"


def test_waiting_for_what_never_comes() -> None:
    report = check_source(
        LATER, "import asyncio\nasync def later(n):\n    await asyncio.Event().wait()\n    return n"
    )
    assert mistake(report) == "still-running"
    assert where(report) == "line 3 of your cell: await asyncio.Event().wait()"


def test_waiting_in_small_steps_for_ever() -> None:
    source = "import asyncio\nasync def later(n):\n    while n: await asyncio.sleep(0.001)"
    report = check_source(LATER, source)
    assert mistake(report) == "still-running"
    assert where(report) == "line 3 of your cell: while n: await asyncio.sleep(0.001)"


if hasattr(signal, "SIGSTOP"):

    @pytest.mark.long
    def test_who_seldom_has_a_turn_is_not_called_idle(monkeypatch: pytest.MonkeyPatch) -> None:
        """Each turn of the loop computes for next to nothing, and then it waits for the next."""

        def seldom(child: "subprocess.Popen[bytes]") -> None:
            while child.poll() is None:
                time.sleep(0.003)
                child.send_signal(signal.SIGSTOP)
                time.sleep(0.06)
                child.send_signal(signal.SIGCONT)

        def start() -> "subprocess.Popen[bytes]":
            child = start_python()
            threading.Thread(target=seldom, args=(child,), daemon=True).start()
            return child

        start_python = runner.start_python
        monkeypatch.setattr(runner, "start_python", start)
        source = """
            import asyncio
            async def later(n):
                for _ in range(150): await asyncio.sleep(0.001)
                return n
        """
        assert check(LATER, textwrap.dedent(source)).status == "passed"


def test_an_async_case() -> None:
    assert check_source(LATER, "async def later(n): return n").status == "passed"
    assert mistake(check_source(LATER, "async def later(n): return 1 / 0")) == "raises"
    assert mistake(check_source(LATER, "def later(n): return n")) == "missing-async"


def test_all_cases_together_have_a_deadline() -> None:
    slow = "import time\ndef count(n):\n    time.sleep(1)\n    return list(range(n))"
    report = check_source(COUNT, slow, Limits(case_seconds=600, total_seconds=2.5))
    # Where in them it comes is for the machine to say.
    assert re.fullmatch("(passed ){0,3}failed( not_run){0,3}", " ".join(statuses(report)))
    assert mistake(report) == "still-running"


if sys.platform == "linux":

    def test_memory_is_capped() -> None:
        limits = Limits(memory_bytes=512 * 2**20)
        report = check_source(COUNT, "def count(n): return bytearray(2 * 2**30)", limits)
        assert mistake(report) == "fills-the-memory"
        assert report.status == "failed"


def test_a_thread_left_running_is_said() -> None:
    source = """
        import threading, time
        def count(n):
            threading.Thread(target=time.sleep, args=(60,)).start()
            return list(range(n))
    """
    report = check_source(COUNT, source)
    assert report.status == "passed"
    assert report.notes == ("Your code leaves a thread running after its work is done.",)


def test_what_it_starts_ends_with_it(tmp_path: Path) -> None:
    source = f"""
        import subprocess, sys
        def count(n):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
            return list(range(n))
    """
    assert check_source(COUNT, source).status == "passed"
    started = psutil.pid_exists(int((tmp_path / "pid").read_text()))
    deadline = time.monotonic() + 60
    while started and time.monotonic() < deadline:
        try:
            child = psutil.Process(int((tmp_path / "pid").read_text()))
            started = child.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            started = False
        time.sleep(0.02)
    assert not started


def test_printing_is_not_reporting() -> None:
    source = """
        import os, sys
        def count(n):
            print('{"case": null}')
            os.write(1, b'{"done": true}\\n')
            sys.__stdout__.write('{"done": true}\\n')
            sys.__stdout__.flush()
            return []
    """
    report = check_source(COUNT, source)
    assert statuses(report) == ["failed"] * 4
    assert report.diagnosis is not None
    assert report.diagnosis.printed == repr('{"case": null}\n')


if os.name == "posix":

    def test_a_fork_does_not_report_twice() -> None:
        source = "import os\ndef count(n):\n    os.fork()\n    return list(range(n))"
        report = check_source(COUNT, source)
        assert report.status == "passed" and len(report.cases) == 4


def test_a_module_like_any_other() -> None:
    source = """
        from __future__ import annotations
        import inspect, pickle
        from dataclasses import dataclass

        @dataclass
        class Pair:
            first: int

        def count(n):
            assert pickle.loads(pickle.dumps(Pair(1))) == Pair(1)
            assert "Pair" in inspect.getsource(Pair)
            return list(range(n))

        if __name__ == "__main__":
            1 / 0
    """
    assert check_source(COUNT, source).status == "passed"


def test_keys_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    source = "import os\ndef count(n):\n    return os.environ.get('ANTHROPIC_API_KEY', 'none')"
    report = check_source(COUNT, source)
    assert report.diagnosis is not None
    assert report.diagnosis.came_back == (Span("'none'", True),)


def test_objects_show_no_addresses() -> None:
    report = check_source(COUNT, "class Box: pass\ndef count(n): return Box()")
    assert report.diagnosis is not None
    assert report.diagnosis.came_back == (Span("<your_cell.Box object>", True),)


def test_a_class_that_can_not_be_shown_or_compared() -> None:
    source = """
        class Box:
            def __repr__(self): return 1 / 0
            def __eq__(self, other): return 1 / 0
        def count(n): return Box()
    """
    report = check_source(COUNT, source)
    assert report.status == "failed" and mistake(report) == "another-type"


def test_it_says_the_same_each_time() -> None:
    source = "def count(n): return {str(i) for i in range(9)}, object()"
    assert check(COUNT, source) == check(COUNT, source)


def test_it_may_use_the_parts_it_needs() -> None:
    answer = GREET.reference_source()
    assert check(GREET, answer).status == "passed"
    own = "def hello_event(name): return b'.' * 24"
    assert check(GREET, answer, earlier={"hello": own}).notes == ()
    assert check(GREET, answer, earlier={"hello": own[:-2] + "23"}).status == "failed"


@pytest.mark.parametrize("own", ["1 / 0", "def (", "raise SystemExit", "import nothing_like_it"])
def test_an_earlier_part_that_no_longer_runs(own: str) -> None:
    report = check(GREET, GREET.reference_source(), earlier={"hello": own})
    assert report.status == "passed"
    assert report.notes == ("Your saved part hello no longer runs, so the course's own was used.",)


if os.name == "posix":

    def test_an_interrupt_ends_it(tmp_path: Path) -> None:
        program = """
            import sys
            sys.path.insert(0, sys.argv[1])
            from sample_exercises import COUNT
            from helpers.lessons.checking.runner import check
            try:
                check(COUNT, sys.argv[2])
            except KeyboardInterrupt:
                import psutil
                print("interrupted", len(psutil.Process().children(recursive=True)))
        """
        runs = tmp_path / "runs"
        endless = f"def count(n):\n    open({str(runs)!r}, 'w').close()\n    while True: pass"
        command = [sys.executable, "-c", textwrap.dedent(program)]
        command += [str(Path(__file__).parent), endless]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            wait_for_file(runs)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=LONG)[0] == "interrupted 0\n"


def test_the_child_ends_by_itself_when_nobody_watches() -> None:
    job = {
        "folder": str(COUNT.folder),
        "source": "def count(n): return 10 ** 10 ** 10",
        "earlier": [],
        "case_seconds": 60,
        "total_seconds": 1 - OVERTIME_SECONDS,
        "output_bytes": 1000,
        "memory_bytes": 2**31,
    }
    with runner.start_python() as child:
        child.communicate(json.dumps(job).encode(), timeout=LONG)
        assert child.returncode == 1


def test_inline_where_there_are_no_processes() -> None:
    report = check(COUNT, COUNT.reference_source(), inline=True)
    assert report.status == "passed"
    assert report.notes == (
        "Checked in this very kernel: nothing here can stop a loop that never ends.",
    )
    assert mistake(check(COUNT, "def count(n): return list(range(n))[::-1]", inline=True)) == (
        "counts-down"
    )
    assert mistake(check(COUNT, "raise SystemExit", inline=True)) == "exits"
    assert check(LATER, LATER.reference_source(), inline=True).status == "passed"


def test_a_check_is_quick() -> None:
    # Of the processor's time; a busy machine takes its own from the clock on the wall.
    used = []
    for _ in range(3):
        before = os.times()
        check(COUNT, COUNT.reference_source())
        after = os.times()
        spent = [getattr(after, name) - getattr(before, name) for name in CHILDREN]
        used.append(sum(spent))
    assert min(used) < 0.5


CHILDREN = ("children_user", "children_system")
