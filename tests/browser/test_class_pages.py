"""The board and a seat, each in a real browser, with the class's real server between them."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from bridge import TWO_FRAMES, Bridge
from playwright.sync_api import Page, expect

from helpers.classroom.acts import Tried
from helpers.classroom.class_link import offer
from helpers.lessons import find_exercise
from helpers.lessons.teaching import run_sheet
from helpers.mock.settings import Settings
from helpers.session.session import Session
from helpers.widgets.seat.membership import Membership
from helpers.widgets.seat.view import SeatView
from tests.browser.lab import check_access, shot
from tests.classroom.serving import Serve, Served, serving


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with serving(tmp_path) as started:
        yield started


def bare(words: str) -> str:
    """Return a sentence as it is read aloud."""
    return words.replace("`", "")


def open_board(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/#{served.key}")
    expect(page.get_by_role("heading", name="Seats", exact=True)).to_be_visible()


def seat(served: Served, name: str, *acts: dict[str, object]) -> None:
    """Let somebody join and act."""
    with httpx.Client(base_url=served.address, trust_env=False, timeout=60) as http:
        joined = http.post("/seats", json={"code": served.code, "name": name}).json()
        headers = {"authorization": f"Bearer {joined['secret']}"}
        numbered = [{"number": number, **act} for number, act in enumerate(acts, 1)]
        assert http.post("/acts", headers=headers, json=numbered).status_code == 204


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_board_shows_which_mistake_the_room_makes(page: Page, serve: Serve, theme: str):
    served = serve()
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    open_board(page, served)
    expect(page.locator("#summary")).to_have_text("Nobody has joined yet.")
    expect(page.locator("#code")).to_have_text(f"{served.address}#{served.code}")
    mistake = {
        "kind": "tried",
        "exercise": "sse",
        "passed": False,
        "mistake": "forgets-the-rest",
        "right": 5,
        "cases": 9,
    }
    for name in ("Ada", "Grace", "Łukasz"):
        seat(served, name, {"kind": "at", "notebook": "01_sse_by_hand", "section": 3}, mistake)
    seat(served, "<img src=x onerror=alert(1)>"[:24], {"kind": "ready", "symptoms": ["packages"]})
    seat(
        served,
        "Alan",
        {"kind": "tried", "exercise": "sse", "passed": True},
        {"kind": "hand", "up": True},
    )
    sse = page.locator(".exercise")
    expect(sse).to_contain_text("1 passed · 3 at work · 1 not begun")
    expect(sse).to_contain_text(re.compile(r"3 × forgets-the-rest.*new", re.S))
    words = find_exercise("sse").words("forgets-the-rest")
    expect(sse.locator("li")).to_contain_text(f"This looks like {bare(words.looks_like)}.")
    expect(sse.locator("li")).to_contain_text(f"Try next: {bare(words.try_next)}")
    # What is done in part is no ✕.
    expect(sse).to_contain_text("At work: 5 of 9 cases pass")
    expect(page.locator("#seats li", has_text="Ada")).to_contain_text("sse: 5 of 9 cases pass")
    expect(page.locator("#where")).to_contain_text("01, section 4")
    expect(page.locator("#seats")).to_contain_text("✕ packages")
    expect(page.locator("#seats")).to_contain_text("raised a hand")
    shot(page, f"class-board-{theme}")
    check_access(page, "body")
    page.get_by_label("Projector: no names").check()
    expect(page.locator("#seats")).not_to_contain_text("Ada")
    shot(page, f"class-projector-{theme}")


@pytest.mark.long
def test_a_board_without_the_instructors_key_shows_nothing(page: Page, serve: Serve):
    served = serve()
    page.goto(f"{served.address}/#guessed")
    expect(page.get_by_role("status").first).to_contain_text("Only the instructor's own link")
    expect(page.locator("main")).to_be_hidden()


@pytest.mark.long
def test_the_instructor_sets_breaks_says_and_asks(page: Page, serve: Serve):
    served = serve()
    open_board(page, served)
    page.get_by_label("Pace").select_option("slow")
    page.get_by_label("Fault").select_option("the connection is reset")
    page.get_by_label("Strikes").fill("1")
    page.get_by_role("button", name="Set for everybody").click()
    expect(page.locator("#answer")).to_contain_text("Sent to every seat")
    shown = served.board()
    assert shown["settings"]["pace"]["first_token"] == 3.0
    assert shown["settings"]["fault"] == {"kind": "reset", "times": 1}
    page.get_by_label("A hint, or where to go").fill("Section 4, please.")
    page.get_by_role("button", name="Say to everybody").click()
    page.get_by_label("Question").fill("What comes first?")
    page.get_by_label("Choices, a line each").fill("A ping\nA text")
    page.get_by_role("button", name="Ask everybody").click()
    expect(page.locator("#asked")).to_contain_text("A ping: 0")
    page.get_by_role("button", name="Close the question").click()
    expect(page.locator("#asked")).to_contain_text("No question is open.")
    page.get_by_role("button", name="Break every stream now").click()
    page.get_by_label("Choices, a line each").fill("Only one")
    page.get_by_role("button", name="Ask everybody").click()
    expect(page.locator("#answer")).to_contain_text("✕ A question has 2 to 6 choices.")


@pytest.mark.long
def test_the_clock_says_how_late_the_class_is_and_what_to_cut(
    page: Page, serve: Serve, tmp_path: Path
):
    served = serve(path="75")
    open_board(page, served)
    clock = page.get_by_role("region", name="The clock: 75 minutes")
    expect(clock).to_contain_text("12 steps, not started")
    clock.get_by_role("button", name="Start the clock").click()
    expect(clock).to_contain_text("0:00 · Everybody is in")
    expect(clock).to_contain_text("0 of 4 min · on time")
    clock.get_by_role("button", name="Next step").click()
    expect(clock).to_contain_text("0:00 · The first exercise: one event")
    late = served.board()["clock"]["late"]  # it stays while the step is on
    assert -240 <= late < -180
    expect(clock).to_contain_text(f"{-late // 60} min early")
    clock.get_by_role("button", name="Back").click()
    expect(clock).to_contain_text("Everybody is in")
    clock.get_by_role("button", name="From the start").click()
    expect(clock).to_contain_text("on time")
    # A quarter of an hour goes by, and the server is started again in the middle of it.
    served.process.kill()
    served.process.wait()
    with closing(sqlite3.connect(tmp_path / "class.sqlite")) as file, file:
        file.execute("UPDATE orders SET at = at - 900")
    serve(int(served.address.rpartition(":")[2]), path="75")
    expect(clock).to_contain_text("0:15 · Everybody is in")
    expect(clock).to_contain_text("15 of 4 min · 11 min late")
    expect(clock.locator("#cuts li").first).to_contain_text("Cut 2 min: The first exercise")
    check_access(page, "body")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        shot(page, f"class-clock-{theme}")
    with page.expect_popup() as opened:
        clock.get_by_role("link", name="Slides").click()
    slides = opened.value
    expect(slides.get_by_role("heading", name="Streaming agents, by hand")).to_be_visible()
    slides.evaluate(TWO_FRAMES)  # a browser hears no key before it has painted a page
    for key, seen in (
        ("ArrowRight", "Everybody is in"),
        ("ArrowRight", "How many lines of the check"),
        ("ArrowRight", "All four."),
        ("n", "When late"),
        ("End", "Homework"),
        ("ArrowLeft", "Talk about it"),
    ):
        slides.keyboard.press(key)
        expect(slides.get_by_text(seen).locator("visible=true").first).to_be_visible()
    check_access(slides, "body")
    assert not slides.evaluate(
        "performance.getEntriesByType('resource').some((one) => !one.name.startsWith(origin))"
    )


@pytest.mark.long
def test_a_path_has_its_questions_ready_and_says_in_which_step_the_room_is(
    page: Page, serve: Serve
):
    served = serve(path="75")
    open_board(page, served)
    at = {"kind": "at", "notebook": "75_minutes"}
    for section, name in enumerate(("Ada", "Grace", "Alan"), start=1):
        seat(served, name, {**at, "section": section})
    expect(page.locator("#where")).to_contain_text(
        "The middle seat is in step 3 (The parser that everyone writes first)"
    )
    expect(page.locator("#seats")).to_contain_text("step 4 (Which wait feels shorter?)")
    predict = page.get_by_role("region", name="Predict")
    expect(predict).to_contain_text("Ready for this step: Everybody is in")
    for step in run_sheet("75").slots[:3]:
        page.locator("#step-next").click()
        expect(page.locator("#step")).to_contain_text(step.step.title)
    expect(predict).to_contain_text("Ready for this step: The parser that everyone writes first")
    prediction = run_sheet("75").slots[2].step.predictions[1]
    predict.get_by_role("button", name=prediction.question).click()
    right = f"{prediction.choices[prediction.right]}: 0"
    expect(predict.locator("#asked")).to_contain_text(right)
    expect(predict.locator("#asked")).not_to_contain_text("✓")
    shot(page, "class-path-asked")
    predict.get_by_role("button", name="Show the answer").click()
    expect(predict.locator("#asked")).to_contain_text(f"✓ {right}")
    check_access(page, "body")
    predict.get_by_text("Those of the other steps").click()
    predict.get_by_role("button", name="What was paid?").click()
    expect(predict.locator("#asked")).to_contain_text("40 euros, twice: 0")
    expect(predict.get_by_role("button", name="Show the answer")).to_be_visible()
    shot(page, "class-path-ready")
    # Typed ones stay possible, and have no answer to show.
    page.get_by_label("Question").fill("What comes first?")
    page.get_by_label("Choices, a line each").fill("A ping\nA text")
    page.get_by_role("button", name="Ask everybody").click()
    expect(predict.locator("#asked")).to_contain_text("A ping: 0")
    expect(predict.get_by_role("button", name="Show the answer")).to_be_hidden()


@pytest.mark.long
def test_a_board_comes_back_when_its_server_does(page: Page, serve: Serve):
    served = serve()
    open_board(page, served)
    served.process.kill()
    served.process.wait()
    expect(page.locator("#status")).to_contain_text("doesn't answer")
    serve(int(served.address.rpartition(":")[2]))
    expect(page.locator("#status")).to_have_text("")


def test_a_learner_joins_predicts_raises_a_hand_and_leaves(
    page: Page, serve: Serve, tmp_path: Path
):
    served, session = serve(), Session({})
    member = Membership(session, tmp_path / "ada")
    bridge = Bridge(page, SeatView(member, link="http://127.0.0.1:1#nobody", name="Ada"))
    view = page.locator(".sa-seat")
    member.tell_of_machine(("port",))  # looked at before the class was joined
    expect(view).to_contain_text("Nothing is sent until you join.")
    expect(view).to_contain_text("It never sees code, text, answers or keys.")
    check_access(page)
    view.get_by_role("button", name="Join").click()
    bridge.until(lambda: "No class answers" in member.problem)
    view.get_by_label("The class's link").fill(served.link)
    view.get_by_role("button", name="Join").click()
    bridge.until(lambda: bool(member.seat and member.seat.connected))
    bridge.until(lambda: "Your seat is Ada. ✓ Connected." in view.inner_text())
    member.tell(Tried("sse", True))

    served.order(kind="set", settings={"chunking": "byte"})
    served.order(kind="say", words="Look at the bytes.")
    served.order(kind="ask", question="How many chunks?", choices=["One", "Many"])
    bridge.until(lambda: session.mock.chunking == "byte")
    bridge.until(lambda: bool(member.seat and member.seat.asked))
    bridge.until(lambda: "From your instructor: Look at the bytes." in view.inner_text())
    many = view.get_by_role("button", name="Many")
    bridge.until(lambda: many.count() == 1)
    many.click()
    view.get_by_role("button", name="Raise a hand").click()
    bridge.until(lambda: member.seat is not None and member.seat.chosen == 1)
    bridge.until(lambda: many.get_attribute("aria-pressed") == "true")
    bridge.until(lambda: served.board()["seats"][0]["hand"] is not None)
    assert [bar["seats"] for bar in served.board()["asked"]["choices"]] == [0, 1]
    shot(page, "class-seat")
    check_access(page)

    view.get_by_role("button", name="What was sent").click()
    bridge.until(lambda: view.locator(".sa-seat-sent li").count() == 4)
    sent = [json.loads(words) for words in view.locator(".sa-seat-sent li").all_inner_texts()]
    assert [act["kind"] for act in sent] == ["ready", "tried", "chosen", "hand"]

    view.get_by_role("button", name="Leave the class").click()
    bridge.until(lambda: member.seat is None and session.mock == Settings())
    bridge.until(lambda: "Nothing is sent until you join." in view.inner_text())
    bridge.until(lambda: served.board()["seats"] == [])


def test_a_learner_on_a_hub_joins_by_a_name_alone(
    page: Page, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    served, file = serve(), tmp_path / "link"
    monkeypatch.setenv("COURSE_CLASS", str(file))
    offer(file, "http://127.0.0.1:1#nobody")  # of a class that was killed
    member = Membership(Session({}), tmp_path / "ada")
    bridge = Bridge(page, SeatView(member, name="ada"))
    view = page.locator(".sa-seat")
    expect(view).to_contain_text("A class waits for you at http://127.0.0.1:1. Nothing is sent")
    expect(view.get_by_label("The class's link")).to_be_hidden()
    expect(view.get_by_label("Your seat's name")).to_have_value("ada")
    assert served.board()["seats"] == []
    view.get_by_role("button", name="Join").click()
    bridge.until(lambda: "No class answers" in member.problem)
    # A link that leads nowhere can be written over.
    bridge.until(view.get_by_label("The class's link").is_visible)
    view.get_by_label("The class's link").fill(served.link)
    view.get_by_label("Your seat's name").fill("At the window")
    view.get_by_role("button", name="Join").click()
    bridge.until(lambda: bool(member.seat and member.seat.connected))
    assert [seat["name"] for seat in served.board()["seats"]] == ["At the window"]
    leave = view.get_by_role("button", name="Leave the class")
    bridge.until(leave.is_visible)  # a click that waits would wait without the bridge
    leave.click()
    bridge.until(lambda: served.board()["seats"] == [])
