"""What a learner does in a notebook reaches the board: their tries and their place, no code."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.classroom.serving import Serve

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds

NOTEBOOK = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell

link, cell_id = sys.argv[1:]
shell = InteractiveShell.instance()
run = lambda source, **more: shell.run_cell(source, **more).raise_error()
run("from helpers import course; course.check_machine()")
run(f"view = course.join({link!r}, 'Ada'); view")
run("view._receive(view, {'op': 'join', 'link': view.state['link'], 'name': 'Ada'}, None)")
joined = shell.user_ns["course"]._join_class()
deadline = time.monotonic() + 60
while joined.seat is None and time.monotonic() < deadline:
    time.sleep(0.02)
assert joined.seat is not None, joined.problem
run("course.check_machine()")
run("1", cell_id=cell_id)
run("2", cell_id="no cell of the course")
run("%%build hello\\ndef hello_event(name):\\n    return b'my secret answer'\\n")
while joined.seat._waiting and time.monotonic() < deadline:
    time.sleep(0.02)
assert not joined.seat._waiting
run("import helpers.widgets.live as live; live.start(view._show_acts()).wait(30)")
"""


def test_tries_and_places_reach_the_board_and_code_does_not(serve: Serve, tmp_path: Path):
    served = serve()
    notebook = json.loads((ROOT / "notebooks" / "01_sse_by_hand.ipynb").read_text("utf-8"))
    headings = [
        number
        for number, cell in enumerate(notebook["cells"])
        if "".join(cell["source"]).startswith("## ")
    ]
    cell = notebook["cells"][headings[2]]
    environment = os.environ | {
        "COURSE_HOME": str(tmp_path / "ada"),
        "JPY_SESSION_NAME": "notebooks/01_sse_by_hand (new edition).ipynb",  # as a server tells it
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", NOTEBOOK, served.link, cell["id"]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    board = served.board()
    [seat] = board["seats"]
    assert (seat["name"], seat["ready"]) == ("Ada", True)
    assert seat["at"] == ["01_sse_by_hand", 3]
    [hello] = board["exercises"]
    assert (hello["exercise"], hello["at_work"]) == ("hello", 1)
    assert hello["right"] == [0] and hello["cases"] > 1
    assert [mistake["seats"] for mistake in hello["mistakes"]] == [1]
    assert "secret" not in json.dumps(board)
    # The next kernel has the seat again, without being asked.
    again = subprocess.run(
        [
            *(sys.executable, "-P", "-c"),
            "from IPython.core.interactiveshell import InteractiveShell\n"
            "InteractiveShell.instance().run_cell('from helpers import course')",
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "You have a seat in a class" in again.stdout


def test_a_class_that_is_named_is_not_joined_by_itself(serve: Serve, tmp_path: Path):
    served = serve()
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-c"),
            "from IPython.core.interactiveshell import InteractiveShell\n"
            "InteractiveShell.instance().run_cell('from helpers import course')",
        ],
        env=os.environ | {"COURSE_HOME": str(tmp_path / "ada"), "COURSE_CLASS": served.link},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "A class waits for you: course.join()" in done.stdout
    assert f"one waits at {served.address}" in done.stdout  # the seat's view stands below
    assert served.board()["seats"] == []
