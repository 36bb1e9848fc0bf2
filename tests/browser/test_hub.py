"""A real JupyterHub on this machine, set up as deploy/ says, with two people in two browsers."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from helpers.lessons import find_exercise
from tests.browser.lab import Lab, cell, check_access, output, run_again, shot, write
from tests.classroom.serving import Served, serving
from tests.listening import wait_until_it_listens
from tests.programs import has_hub

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not has_hub(), reason="no JupyterHub with its proxy here"),
]

ROOT = Path(__file__).resolve().parents[2]
# What a test has in place of system accounts: everybody gets in, and runs as who runs the test.
CONFIG = """
load_subconfig({config!r})
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.args = ["--allow-root"]
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = {secret!r}
c.Spawner.env_keep += ["JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTERLAB_DIR"]
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with everybody's homes."""
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def class_file(folder: Path) -> Path:
    """Give the file in which this machine's class says how to join it."""
    (folder / "class").mkdir()
    return folder / "class" / "link"


@pytest.fixture(scope="module")
def hub(folder: Path, class_file: Path) -> Iterator[tuple[str, Path]]:
    """Give the hub's address, and the folder with everybody's homes."""
    port, hub_port, proxy_port = free_ports(3)
    config = folder / "config.py"
    config.write_text(
        CONFIG.format(
            config=str(ROOT / "deploy" / "jupyterhub_config.py"),
            homes=str(folder / "{username}"),
            secret=str(folder / "secret"),
            hub_port=hub_port,
            proxy_port=proxy_port,
        )
    )
    environment = os.environ | {
        "COURSE_HUB_URL": f"http://127.0.0.1:{port}",
        "COURSE_HOMES": str(folder / "{username}" / "streaming-agents"),
        "COURSE_PYTHON": sys.executable,
        "COURSE_CLASS": str(class_file),
    }
    for name in ("COURSE_HOME", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        environment.pop(name, None)  # each person has their own
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            ["jupyterhub", "-f", str(config)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_it_listens(hub_port)
            wait_until_it_listens(port)
            yield f"http://127.0.0.1:{port}", folder
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def class_server(hub: tuple[str, Path], class_file: Path) -> Iterator[Served]:
    """Start a class on the hub's machine, as its instructor does; it names itself in the file."""
    folder = class_file.parent
    with serving(folder, COURSE_CLASS=str(class_file)) as serve:
        yield serve(path="75")


def log_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/hub/login")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("any")
    page.get_by_role("button", name="Sign in").click()


def join(page: Page, hub_name: str, name: str) -> None:
    """Join the class that the hub names: nothing is typed but the seat's name."""
    seat = page.locator(".sa-seat").first
    expect(seat).to_contain_text("A class waits for you at http://127.0.0.1:")
    expect(seat).to_contain_text("Nothing is sent until you join.")
    expect(seat.get_by_label("The class's link")).to_be_hidden()
    expect(seat.get_by_label("Your seat's name")).to_have_value(hub_name)
    seat.get_by_label("Your seat's name").fill(name)
    shot(page, f"hub-class-{hub_name}")
    check_access(page, ".sa-seat")
    seat.get_by_role("button", name="Join").click()
    expect(seat).to_contain_text(f"Your seat is {name}. ✓ Connected.")


def test_two_people_each_have_their_own_course(
    browser: Browser, hub: tuple[str, Path], class_server: Served
):
    address, folder = hub
    names = {"ada": "Ada at the window", "grace": "Grace"}
    board = browser.new_context(viewport={"width": 1366, "height": 1200}).new_page()
    board.goto(f"{class_server.address}/#{class_server.key}")
    expect(board.locator("#summary")).to_have_text("Nobody has joined yet.")
    pages = []
    for name in ("ada", "grace"):  # both servers are started at once
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_default_timeout(180_000)
        page = context.new_page()
        log_in(page, address, name)
        pages.append((name, page))
    for name, page in pages:
        page.wait_for_url(re.compile(rf"/user/{name}/lab"), timeout=180_000)
        lab = Lab(f"{address}/user/{name}/lab/tree/x?", folder / name / "streaming-agents")
        expect(page.locator(".jp-NotebookPanel:visible h1")).to_contain_text("Start here")
        lab.wait_until_idle(page)
        run_again(page, "from helpers import course")
        join(page, name, names[name])
        run_again(page, "course.check_machine()")
        checked = output(cell(page, "course.check_machine()"))
        expect(checked).to_contain_text("✓ the offline API answers")
        # A live view, and a first part that passes.
        run_again(page, "course.transcript(")
        view = page.locator(".sa-transcript").first
        view.get_by_role("button", name="Start").click()
        expect(view).to_contain_text("A cursor blinks")
        build = cell(page, "%%build hello")
        write(build, "%%build hello\ndef hello_event(name):\n    return b''\n")
        expect(board.locator("#seats li", has_text=names[name])).to_contain_text(
            "step 2 (The first exercise: one event)"
        )
        expect(board.locator(".exercise")).to_contain_text("1 at work")
        write(build, f"%%build hello\n{find_exercise('hello').reference_source()}")
        expect(output(build)).to_contain_text(re.compile("passed", re.I))
        progress = json.loads((lab.home / "progress.json").read_text("utf-8"))
        assert progress["parts"]["hello"]["passed"] is True
        expect(board.locator("#seats li", has_text=names[name])).to_contain_text("1 passed")
        shot(page, f"hub-{name}")
    # The board of the hub's class has both, and no name that nobody chose.
    expect(board.locator("#summary")).to_contain_text("2 joined · 2 ready")
    expect(board.locator(".exercise")).to_contain_text("2 passed · 0 at work · 0 not begun")
    expect(board.locator("#where")).to_contain_text("step 2 (The first exercise: one event)")
    assert {seat["name"] for seat in class_server.board()["seats"]} == set(names.values())
    shot(board, "hub-board")
    # Each has their own folder, and only what they did is in it.
    assert (folder / "ada" / "streaming-agents" / "parts" / "hello.py").exists()
    assert (folder / "ada" / "streaming-agents").stat().st_ino != (
        folder / "grace" / "streaming-agents"
    ).stat().st_ino

    # Notebook 12's page comes through the hub, and answers there.
    name, page = pages[0]
    lab = Lab(f"{address}/user/{name}/lab/tree/x?", folder / name / "streaming-agents")
    lab.open(page, "12_web_ui")
    run_again(page, "from helpers import course", 'course.page("fetch")')
    view = page.locator(".sa-page").first
    expect(view.get_by_role("link")).to_have_text(
        re.compile(rf"{re.escape(address)}/user/{name}/proxy/\d+/fetch")
    )
    frame = view.frame_locator("iframe")
    expect(frame.locator(".suggestions button")).to_have_count(4, timeout=60_000)  # it listens
    frame.get_by_label("Your question").or_(frame.get_by_role("textbox")).first.fill(
        "Do I need an umbrella in Lagos?"
    )
    frame.get_by_role("button", name="Send").click()
    expect(frame.locator("main")).to_contain_text("tokens in", timeout=90_000)
    shot(page, "hub-page")
    # So does the board, for an instructor whose browser is on another machine: here it is Ada's.
    port = class_server.address.rpartition(":")[2]
    board.goto("about:blank")
    remote = page.context.new_page()
    remote.goto(f"{address}/user/{name}/proxy/{port}/#{class_server.key}")
    expect(remote.locator("#summary")).to_contain_text("2 joined")
    remote.get_by_label("A hint, or where to go").fill("Well done.")
    remote.get_by_role("button", name="Say to everybody").click()
    expect(remote.locator("#answer")).to_contain_text("✓ Sent to every seat.")
    assert class_server.board()["said"] == "Well done."
    # Somebody else's page doesn't come with a name or a cookie of one's own.
    other = pages[1][1].request.get(str(view.get_by_role("link").text_content()))
    assert other.status in (403, 404)
    for page in (board, *(page for _, page in pages)):
        page.context.close()
