"""The notebooks' one import: `from helpers import course`.

It says which mode the course is in, registers `%%build`, and hands out what lessons work
with: clients and recordings (clients.py), live views (answer_views.py, run_views.py), and parts.
"""

import os
import threading
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.display import display

from helpers.browser import IN_BROWSER
from helpers.lessons.learner import progress
from helpers.old_names import UNTIL
from helpers.session import clients
from helpers.session.clients import (
    blocking_sdk,
    http,
    open_recording,
    openai_sdk,
    planned_chunks,
    request,
    sdk,
    serve,
    virtual_client,
)
from helpers.widgets.answer_views import form, history, page, queue, race, switch, transcript, wire
from helpers.widgets.run_views import (
    cards,
    chaos,
    compare_dispatch,
    dispatch_times,
    simulate,
    team,
    three_ways,
    timeline,
)

if TYPE_CHECKING:
    from helpers.lessons.learner.machine import Findings
    from helpers.lessons.learner.map import Map
    from helpers.lessons.learner.path_map import PathMap
    from helpers.lessons.learner.work import Download
    from helpers.submission.steps import Ready
    from helpers.widgets.seat.membership import Membership
    from helpers.widgets.seat.view import SeatView
    from helpers.widgets.submit.view import SubmitView

__all__ = [
    "blocking_sdk",
    "broken_clients",
    "bundle",
    "cards",
    "chaos",
    "check_machine",
    "compare_dispatch",
    "dispatch_times",
    "download",
    "finished_recording",
    "form",
    "history",
    "http",
    "join",
    "map",
    "open_recording",
    "openai_sdk",
    "page",
    "part",
    "planned_chunks",
    "queue",
    "race",
    "request",
    "sdk",
    "serve",
    "simulate",
    "submit",
    "switch",
    "team",
    "three_ways",
    "timeline",
    "transcript",
    "virtual_client",
    "wire",
]


# docs/changes.md has the same table.
OLD_NAMES = {"bench": "virtual_client", "recording": "planned_chunks", "rehearse": "simulate"}


def __getattr__(name: str) -> Any:
    """Give `course.session`, and its mode, model and base_url, as they are now."""
    if name == "session":
        return clients.session
    if name in ("mode", "model", "base_url"):
        return getattr(clients.session, name)
    if name in OLD_NAMES:
        new = OLD_NAMES[name]
        words = f"course.{name} is called course.{new} now; the old name works until {UNTIL}."
        warnings.warn(words, FutureWarning, stacklevel=2)
        return globals()[new]
    raise AttributeError(f"the course has no {name!r}")


def part(name: str) -> Any:
    """Return the names of a part: the learner's if it has passed, else the course's own.

    Args:
        name: such as "sse"; `course.part("sse").SSEDecoder`.
    """
    return progress.part_namespace(name)


def bundle(*, openai: bool = False) -> "Ready":
    """Write my/build/agent.py: your parts as one file, and the course's where there are none.

    Returns the file, and whose each part is.

    Args:
        openai: whether the file speaks OpenAI's API as well.

    Raises:
        CannotBundle: a part can't become part of one file; the message says which line.
        CannotSubmit: your folder can't be written to.
    """
    from helpers.submission.steps import build_agent

    return build_agent(openai=openai)


def submit(agent: Path | str | None = None, *, seeds: int = 1, runs: int = 5) -> "SubmitView":
    """Return the way to a submission: a button for each step, from your parts to one folder.

    Everything runs on the offline API. `python3 course.py submit` does the same without a
    notebook.

    Args:
        agent: a file that you wrote elsewhere, in place of your parts.
        seeds: how often each behaviour is tried, each time with other values.
        runs: how often the time to first token is taken.
    """
    from helpers.widgets.submit.view import SubmitView

    return SubmitView(None if agent is None else Path(agent), seeds=seeds, runs=runs)


def finished_recording() -> Path:
    """Return a file: the recording of a finished agent, as you will make one of yours."""
    from helpers.lessons.nb13_submit_your_build import FINISHED

    return FINISHED


def broken_clients() -> dict[str, list[Any]]:
    """Return what five broken clients said to the API, and heard; each has a letter."""
    from helpers.lessons.nb11_sdk_and_openai.broken_clients import CLIENTS
    from helpers.lessons.nb11_sdk_and_openai.broken_clients import recording as recording_of

    return {letter: open_recording(recording_of(letter)) for letter in CLIENTS}


def join(link: str = "", name: str = "") -> "SeatView":
    """Return your seat in a class: a place to join it, to see what it has of you, and to leave.

    Nothing is sent before you press Join. The view says what a class sees.

    Args:
        link: the class's address with its code; without it, that of COURSE_CLASS, which is a
            link or a file that holds one.
        name: of your seat, as the class may see it; on a hub, your name there is proposed.
    """
    from helpers.widgets.seat.view import SeatView

    return SeatView(_join_class(), link, name or os.environ.get("JUPYTERHUB_USER", ""))


@cache
def _join_class() -> "Membership":
    """Return this kernel's place in a class, and let it hear of what is done here."""
    from helpers.browser.cells import running_cell
    from helpers.lessons.learner.build import on_check
    from helpers.widgets.seat.membership import Membership

    member = Membership(clients.session, progress.home())
    on_check(member.tell_of_check)
    try:
        shell = get_ipython()  # type: ignore[name-defined]
    except NameError:  # imported by a program, not by a notebook
        return member

    def tell(info: Any) -> None:
        member.tell_of_cell(info.cell_id or running_cell(shell), info.raw_cell)

    shell.events.register("pre_run_cell", tell)
    return member


def map() -> "Map | PathMap":
    """Return the way through the notebooks, or a class's path in its notebook; what is passed."""
    from helpers.lessons.learner.path_map import map_of

    return map_of(os.environ)


def download() -> "Download":
    """Return all of your work as one file: notebooks, parts and progress.

    In a browser's tab it is a link, and `python3 course.py lab --from work.zip` goes on with it on
    a machine. There, it is written into your folder.
    """
    from helpers.lessons.learner.work import download

    return download()


def check_machine() -> "Findings":
    """Say whether this machine has what the course needs, and what to do if not."""
    from helpers.lessons.learner.machine import check

    findings = check(clients.session)
    _join_class().tell_of_machine(tuple(one.symptom for one in findings if not one.good))
    return findings


def _open() -> None:
    """Say the mode, register `%%build`, and start the offline API in the background."""
    try:
        shell = get_ipython()  # type: ignore[name-defined]
    except NameError:  # imported by a program, not by a notebook
        return
    from helpers.lessons.learner.build import register_magics

    register_magics(shell)
    if IN_BROWSER:
        from helpers.browser import machine_only, packages, page_loop, threads, waiting

        page_loop.quicken()
        packages.install()
        machine_only.install(shell)
        waiting.install(shell)
        threads.work_at_once()
        _ = clients.session.mock_url  # it takes no time there
    elif clients.session.mode == "mock":
        threading.Thread(target=lambda: clients.session.mock_url, daemon=True).start()
    print(clients.session.describe())
    if (progress.home() / "class.json").exists() and _join_class().resume():
        print("You have a seat in a class: course.join() shows it, and leaves it.")
    elif os.environ.get("COURSE_CLASS") and _join_class().waiting_link():
        print("A class waits for you: course.join() says what it sees, and joins it.")
        display(join())  # type: ignore[no-untyped-call]


_open()
