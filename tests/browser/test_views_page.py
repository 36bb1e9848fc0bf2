"""Transcript, race and switch on a bare page, each joined to the real widget."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bridge import Bridge
from playwright.sync_api import Page

from helpers.client import StreamTruncated
from helpers.mock.faults import Fault
from helpers.session.session import Session
from helpers.widgets import live
from helpers.widgets.race.view import Race
from helpers.widgets.switch.view import Switch
from helpers.widgets.transcript.view import Transcript

HOSTILE = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"
KEY = "sk-ant-this-is-secret"


def text(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    block = {"type": "text", "text": ""}
    deltas = [
        {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": "text_delta", "text": piece},
        }
        for piece in pieces
    ]
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *deltas,
        {"type": "content_block_stop", "index": index},
    ]


def tool(name: str, *fragments: str, index: int = 1) -> list[dict[str, Any]]:
    block = {"type": "tool_use", "id": "toolu_01", "name": name, "input": {}}
    deltas = [
        {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": "input_json_delta", "partial_json": fragment},
        }
        for fragment in fragments
    ]
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *deltas,
        {"type": "content_block_stop", "index": index},
    ]


def thinking(*pieces: str) -> list[dict[str, Any]]:
    block = {"type": "thinking", "thinking": ""}
    deltas = [
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "thinking_delta", "thinking": piece},
        }
        for piece in pieces
    ]
    return [
        {"type": "content_block_start", "index": 0, "content_block": block},
        *deltas,
        {"type": "content_block_stop", "index": 0},
    ]


def ending(reason: str = "end_turn", tokens: int = 12) -> list[dict[str, Any]]:
    return [
        {
            "type": "message_delta",
            "delta": {"stop_reason": reason},
            "usage": {"output_tokens": tokens},
        },
        {"type": "message_stop"},
    ]


def opener(
    events: Iterable[dict[str, Any]],
    gap: float = 0.0,
    then: Exception | None = None,
    silent_after: int | None = None,
) -> Callable[[], Any]:
    async def give() -> AsyncIterator[dict[str, Any]]:
        for number, event in enumerate(events):
            await asyncio.sleep(3600 if number == silent_after else gap)
            yield event
        if then is not None:
            raise then

    @asynccontextmanager
    async def open_events() -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        yield give()

    return open_events


def hanging(*events: dict[str, Any]) -> Callable[[], Any]:
    """Return what opens a stream of these events and then falls silent."""
    return opener([*events, *text("never")], gap=0.0, silent_after=len(events))


WORDS = [f"word {number}. " for number in range(400)]


def read_answer(page: Page) -> str:
    return page.locator(".sa-answer").first.inner_text()


def at_rest(*events: dict[str, Any], **options: Any) -> Transcript:
    """Return a transcript whose stream has ended before any page shows it."""
    view = Transcript("Count.", opener(events), **options)
    assert view.wait(60)
    return view


def test_text_grows_in_the_page_before_the_stream_ends_and_stop_stops_it(page: Page) -> None:
    view = Transcript("Count.", opener(text(*WORDS), gap=0.2), max_tokens=800)
    bridge = Bridge(page, view)
    bridge.until(lambda: page.locator(".sa-typing, .sa-text").count() == 1)
    bridge.until(lambda: "word 3." in read_answer(page))
    before = read_answer(page)
    bridge.until(lambda: len(read_answer(page)) > len(before))
    assert read_answer(page).startswith(before.rstrip())
    assert page.locator(".sa-caret").count() == 1
    assert "streaming" in page.locator(".sa-bar").inner_text()
    page.get_by_role("button", name="Stop").click()
    bridge.until(lambda: view.state["state"] == "stopped")
    bridge.pump()
    assert {"op": "stop"} in bridge.received
    assert "stopped by you\nafter" in page.locator(".sa-bar").inner_text()
    assert read_answer(page).strip() == view.answer.text.strip()
    assert page.locator(".sa-caret").count() == 0
    assert "~" in page.locator(".sa-figures").inner_text()  # what the API has not counted


def test_thinking_is_open_while_it_is_written_and_then_one_line(page: Page) -> None:
    view = Transcript("Is 97 prime?", hanging(*thinking("So 7 is out, ", "and 9, too.")[:-1]))
    bridge = Bridge(page, view)
    panel, line = page.locator("details.sa-thinking"), page.locator(".sa-thinking summary")
    bridge.until(lambda: "and 9, too." in read_answer(page))
    assert line.inner_text() == "Thinking…"
    assert panel.get_attribute("open") is not None
    page.get_by_role("button", name="Stop").click()
    bridge.until(lambda: line.inner_text().startswith("Thought for"))
    assert panel.get_attribute("open") is None
    line.focus()
    page.keyboard.press("Enter")
    assert "So 7 is out, and 9, too." in read_answer(page)


def test_thinking_that_nobody_may_read_says_why(page: Page) -> None:
    hidden = {"type": "redacted_thinking", "data": "xyz"}
    redacted = [
        {"type": "content_block_start", "index": 0, "content_block": hidden},
        {"type": "content_block_stop", "index": 0},
    ]
    for events, few, words in (
        (thinking(""), ", not shown by the API", "display “summarized”"),
        (redacted, ", hidden by the API for safety", "sends the block back as it is"),
    ):
        view = at_rest(*events, *text("Yes.", index=1), *ending())
        bridge = Bridge(page, view)
        line = page.locator(".sa-thinking summary").last
        bridge.until(lambda line=line: line.inner_text().startswith("Thought for"))
        assert few in line.inner_text()
        line.click()
        assert words in page.locator(".sa-thought").last.inner_text()


def test_the_clock_counts_while_nothing_arrives(page: Page) -> None:
    view = Transcript("Count.", opener(text("one"), gap=3600))
    bridge = Bridge(page, view)
    bridge.until(lambda: page.locator(".sa-clock").inner_text() not in ("", "0 ms"))
    assert page.get_by_role("img", name="Waiting for the first token").is_visible()
    view.stop()


def test_the_page_below_does_not_move_while_it_fills(page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 900})
    events = [*thinking("hm"), *text(*WORDS[:60], index=1), *tool("f", "{}", index=2), *ending()]
    view = Transcript("Count.", opener(events, gap=0.005), max_tokens=99, autostart=False)
    bridge = Bridge(page, view)
    height = "document.querySelector('.sa').offsetHeight"
    heights = {page.evaluate(height)}
    page.get_by_role("button", name="Start").click()
    while view.state["state"] != "done":
        bridge.run(0.05)
        heights.add(page.evaluate(height))
    bridge.run(0.05)
    heights.add(page.evaluate(height))
    assert len(heights) == 1
    # It followed the text down to its end.
    assert page.evaluate(
        "(() => { const a = document.querySelector('.sa-answer');"
        "return a.scrollHeight - a.scrollTop - a.clientHeight; })()"
    ) == pytest.approx(0, abs=2)


def test_a_reader_who_scrolled_up_is_left_in_peace(page: Page) -> None:
    view = Transcript("Count.", opener(text(*WORDS), gap=0.004))
    bridge = Bridge(page, view)
    scrolled = "document.querySelector('.sa-answer').scrollTop"
    bridge.until(lambda: page.evaluate(scrolled) > 40)
    page.evaluate(f"{scrolled} = 0")
    bridge.run(0.3)
    assert page.evaluate(scrolled) == 0
    view.stop()


@pytest.mark.parametrize("piece", [HOSTILE, "🧵👩‍👩‍👧 é\r\n\u2028\x00"])
def test_words_are_shown_as_words(page: Page, piece: str) -> None:
    events = [*text(piece, piece), *tool(piece, piece), *ending(piece)]
    view = Transcript(piece, opener(events, then=None), autostart=False)
    bridge = Bridge(page, view)
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: view.state["state"] == "stopped")  # for a reason that nobody knows
    bridge.pump()
    assert page.locator(".sa-text").evaluate("node => node.textContent") == piece * 2
    assert page.locator(".sa-input").evaluate("node => node.textContent") == piece
    assert page.locator(".sa img, .sa script").count() == 0
    assert page.evaluate("window.harmed") is None


def test_a_problem_is_words_as_well(page: Page) -> None:
    view = Transcript("Count.", opener(text("one"), then=StreamTruncated(HOSTILE)))
    assert view.wait(60)
    Bridge(page, view)
    assert page.locator(".sa-problem").inner_text() == f"✕ {HOSTILE}."
    assert read_answer(page).startswith("one")
    assert page.evaluate("window.harmed") is None


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    # So slow that it is not over before it is stopped.
    view = Transcript("Count.", opener(text(*WORDS), gap=0.2), autostart=False)
    bridge = Bridge(page, view)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Start
    bridge.until(lambda: "word 2." in read_answer(page))
    page.keyboard.press("Space")  # the focus has gone over to Stop
    bridge.until(lambda: view.state["state"] == "stopped")
    bridge.pump()
    assert page.evaluate("document.activeElement.textContent") == "Start again"
    page.keyboard.press("Tab")  # Stop is dark: on to the button that fills the screen
    assert page.evaluate("document.activeElement.ariaLabel") == "Full screen"
    page.keyboard.press("Tab")  # and to the text, which can be scrolled
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "The answer"


def test_a_lost_frame_is_asked_for_again(page: Page) -> None:
    stream = opener([*text(*WORDS[:100]), *ending()], gap=0.005)
    view = Transcript("Count.", stream, autostart=False)
    bridge = Bridge(page, view)
    bridge.pump()  # its first question, for all there is, is not the one that counts here
    lost: list[dict[str, Any]] = []

    def lose(message: dict[str, Any]) -> bool:
        """Lose the second and the third frame."""
        if message["op"] != "frame" or message["at"] == 0 or len(lost) == 2:
            return False
        lost.append(message)
        return True

    bridge.lose = lose
    view.start()
    bridge.until(lambda: view.state["state"] == "done")
    bridge.run(0.1)
    assert len(lost) == 2
    assert {"op": "resync", "have": lost[0]["at"]} in bridge.received
    assert page.locator(".sa-text").inner_text().strip() == "".join(WORDS[:100]).strip()


def test_a_lost_last_frame_is_made_good_by_the_state(page: Page) -> None:
    view = Transcript("Count.", opener([*text(*WORDS[:20]), *ending()], gap=0.005))
    bridge = Bridge(page, view)
    bridge.lose = lambda message: message["op"] == "frame"
    bridge.until(lambda: view.state["state"] == "done")
    bridge.run(0.1)
    assert page.locator(".sa-text").inner_text().strip() == "".join(WORDS[:20]).strip()


def test_a_lost_reset_mixes_no_two_answers(page: Page) -> None:
    view = at_rest(*text("the first answer"), *ending())
    bridge = Bridge(page, view)
    bridge.run(0.1)
    bridge.lose = lambda message: message["op"] == "reset"
    view._open_events = opener([*text(*WORDS[:30]), *ending()], gap=0.005)
    view.start()
    bridge.until(lambda: "word 3." in read_answer(page))
    assert "first" not in read_answer(page)
    bridge.until(lambda: view.state["state"] == "done")
    bridge.pump()
    assert page.locator(".sa-text").inner_text().strip() == "".join(WORDS[:30]).strip()


def test_two_views_show_the_same_also_one_that_comes_late(page: Page) -> None:
    view = Transcript("Count.", opener([*text(*WORDS[:80]), *ending()], gap=0.005))
    bridge = Bridge(page, view, views=2)
    bridge.until(lambda: "word 5." in read_answer(page))
    page.evaluate("window.show()")
    bridge.until(lambda: view.state["state"] == "done")
    bridge.run(0.1)
    texts = page.locator(".sa-text").all_inner_texts()
    assert len(texts) == 3
    assert {words.strip() for words in texts} == {"".join(WORDS[:80]).strip()}


def test_a_page_without_a_kernel_shows_what_was_saved(page: Page) -> None:
    """Nothing is pumped here: all there is are the traits."""
    events = [*thinking("hm"), *text("It rains.", index=1), *tool("f", '{"a":1}', index=2)]
    Bridge(page, at_rest(*events, *ending("tool_use"), max_tokens=24))
    assert page.locator(".sa-thinking summary").inner_text().startswith("Thought for")
    assert page.locator(".sa-text").inner_text() == "It rains."
    assert "f ✓ input complete" in " ".join(page.locator(".sa-tool").inner_text().split())
    assert "12 (50% of 24)" in page.locator(".sa-figures").inner_text()
    assert "tool_use" in page.locator(".sa-figures").inner_text()
    assert "✓ done" in page.locator(".sa-bar").inner_text()


def test_a_screen_reader_hears_sentences_calmly_and_the_end(page: Page) -> None:
    view = Transcript("Count.", opener([*text(*WORDS[:110]), *ending()], gap=0.02), autostart=False)
    bridge = Bridge(page, view)
    page.evaluate(
        "window.heard = []; new MutationObserver(() => window.heard.push("
        "document.querySelector('[role=log]').textContent)).observe("
        "document.querySelector('[role=log]'), { childList: true })"
    )
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: view.state["state"] == "done", seconds=60)
    bridge.run(0.1)
    heard = [words for words in page.evaluate("window.heard") if words]
    # A hundred sentences, and two seconds between what is heard.
    assert 1 <= len(heard) <= 2 + view.answer.run.ended / 2
    assert all(words.endswith(".") for words in heard)
    assert " ".join(heard) == "".join(WORDS[:110]).strip()
    assert page.get_by_role("status").inner_text().startswith("✓ done after")


def test_a_view_that_is_removed_listens_no_more(page: Page) -> None:
    view = Transcript("Count.", opener(text(*WORDS), gap=0.005))
    bridge = Bridge(page, view)
    bridge.until(lambda: "word 2." in read_answer(page))
    page.evaluate("window.ends[0]()")
    before = read_answer(page)
    bridge.run(0.2)
    assert read_answer(page) == before
    view.stop()


# The race


def make_race(gap: float = 0.02, **options: Any) -> Race:
    async def whole(duration: float, tokens: int) -> str:
        await asyncio.sleep(0.4)
        return HOSTILE + "".join(WORDS[:40])

    def stream(first_token: float, duration: float, tokens: int) -> Any:
        return opener([*text(HOSTILE, *WORDS[:40]), *ending()], gap=gap)()

    return Race(stream, whole, **options)


def lane(page: Page, number: int) -> str:
    return page.locator(".sa-lane").nth(number).inner_text()


def test_a_race_stamps_its_moments_and_asks(page: Page) -> None:
    streamed_shown, blocking_shown = asyncio.Event(), asyncio.Event()

    async def whole(duration: float, tokens: int) -> str:
        await streamed_shown.wait()
        return HOSTILE + "".join(WORDS[:40])

    async def stream() -> AsyncIterator[dict[str, Any]]:
        for event in text(HOSTILE, *WORDS[:40]):
            yield event
        await blocking_shown.wait()
        for event in ending():
            yield event

    @asynccontextmanager
    async def opened(*_: object) -> AsyncIterator[Any]:
        yield stream()

    view = Race(opened, whole)
    bridge = Bridge(page, view)
    asked = page.get_by_role("group", name="Which felt faster?")
    assert asked.get_by_role("button", name="Streamed").is_disabled()
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: "first word" in lane(page, 0))
    assert "first word" not in lane(page, 1)
    live.call(streamed_shown.set)
    bridge.until(lambda: "✓ last word" in lane(page, 1))
    assert "last word" not in lane(page, 0)
    live.call(blocking_shown.set)
    bridge.until(lambda: "✓ last word" in lane(page, 0))
    bridge.until(lambda: asked.get_by_role("button", name="Streamed").is_enabled())
    texts = page.locator(".sa-race-text").all_inner_texts()
    assert texts[0] == texts[1]
    assert page.evaluate("window.harmed") is None
    asked.get_by_role("button", name="Streamed").click()
    bridge.until(lambda: view.state["felt"] == "streamed")
    bridge.pump()
    assert asked.get_by_role("button", name="Streamed").get_attribute("aria-pressed") == "true"
    assert "first word" in asked.inner_text()


def test_a_race_is_stopped_and_its_height_stays(page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 900})
    view = make_race(gap=3)
    bridge = Bridge(page, view)
    height = "document.querySelector('.sa').offsetHeight"
    before = page.evaluate(height)
    page.get_by_role("button", name="Start").click()
    bridge.until(lambda: "word 1." in lane(page, 0))
    assert page.evaluate(height) == before
    page.get_by_role("button", name="Stop").click()
    bridge.until(lambda: "Stopped by you." in page.locator(".sa-race").inner_text())
    assert page.evaluate(height) == before
    assert page.get_by_role("button", name="Start again").is_enabled()


def test_sliders_are_moved_by_keyboard_and_held_within_reason(page: Page) -> None:
    view = make_race(streamed=1.0)
    bridge = Bridge(page, view)
    slider = page.get_by_label("Blocking: all at once")
    slider.press("ArrowRight")
    bridge.until(lambda: view.numbers["blocking"] == 5.5)
    assert slider.get_attribute("aria-valuetext") == "5.5 s"
    first = page.get_by_label("Streamed: first token")
    first.press("End")  # five seconds: later than the last token
    bridge.until(lambda: view.numbers["first_token"] == 1.0)
    bridge.pump()
    first.press("End")  # once more: no trait changes, and still the page must not differ
    bridge.run(0.05)
    assert float(first.input_value()) == 1.0


# The switch


def test_the_switch_is_one_row_until_it_is_opened(page: Page) -> None:
    bridge = Bridge(page, Switch(Session({})))
    assert page.locator(".sa-switch").bounding_box()["height"] < 90  # type: ignore[index]
    assert page.get_by_role("radio", name="Mock").is_checked()
    assert not page.get_by_label("Fault").is_visible()
    page.locator("summary").press("Enter")
    page.get_by_label("Fault").select_option("cut")
    bridge.until(lambda: bridge.view.state["fault"] == "cut")
    bridge.pump()
    assert "Close the connection cleanly" in page.locator(".sa-switch").inner_text()
    page.get_by_label("Pace").select_option("slow")
    bridge.until(lambda: bridge.view.state["pace"] == "slow")
    bridge.pump()
    assert "12 tok/s" in page.locator(".sa-switch").inner_text()


def test_a_fault_gets_a_place_and_running_streams_are_cut(page: Page) -> None:
    session = Session({})
    bridge = Bridge(page, Switch(session))
    page.locator("summary").press("Enter")
    assert not page.get_by_label("Strikes").is_visible()
    page.get_by_label("Fault").select_option("reset")
    bridge.until(lambda: session.mock.fault == "reset")
    bridge.pump()
    page.get_by_label("Strikes").select_option("at_event")
    bridge.until(lambda: session.mock.fault == Fault("reset", at_event=0))
    bridge.pump()
    page.get_by_label("How many come before").fill("5")
    page.get_by_label("How often").select_option("1")
    bridge.until(lambda: session.mock.fault == Fault("reset", at_event=5, times=1))
    bridge.pump()
    assert "after 5 events, once" in page.locator(".sa-switch").inner_text()
    page.get_by_role("button", name="Cut every running stream now").click()
    bridge.until(lambda: page.get_by_text("No stream was running.").is_visible())


def test_a_key_goes_to_the_session_and_leaves_no_trace_on_the_page(page: Page) -> None:
    session = Session({})
    view = Switch(session)
    bridge = Bridge(page, view)
    page.get_by_role("radio", name="Anthropic").check()
    assert "cost money" in page.locator(".sa-switch").inner_text()
    page.get_by_role("button", name="Go live").click()
    bridge.until(lambda: bool(view.state["problem"]))
    bridge.pump()
    assert session.mode == "mock"
    assert "needs a key" in page.get_by_role("alert").inner_text()
    field = page.get_by_label("API key")
    assert field.get_attribute("type") == "password"
    assert field.get_attribute("autocomplete") == "off"
    field.fill(KEY)
    field.press("Enter")
    assert field.input_value() == ""
    bridge.until(lambda: session.mode == "anthropic")
    bridge.pump()
    assert session.has_key
    assert KEY not in page.content()
    assert KEY not in str(page.evaluate("window.model.traits"))
    assert "$0.0000 of at most $1.00" in page.locator(".sa-switch").inner_text()
    page.get_by_label("Spending cap").fill("2.5")
    page.get_by_label("Spending cap").press("Tab")
    bridge.until(lambda: session.cap == 2.5)


def test_openai_asks_for_its_own_key_and_any_model(page: Page) -> None:
    session = Session({"ANTHROPIC_API_KEY": KEY})
    bridge = Bridge(page, Switch(session))
    page.get_by_role("radio", name="OpenAI").check()
    said = page.locator(".sa-switch").inner_text()
    assert "nothing is counted" in said
    assert "A key is already set" not in said
    assert page.locator("select:visible option").all_inner_texts() == [
        "Chat completions (OpenAI)",
        "Responses (OpenAI)",
    ]
    page.locator("select:visible").select_option("openai-chat")
    page.get_by_label("API key").fill("sk-proj-other")
    page.get_by_label("API key").press("Enter")
    bridge.until(lambda: session.provider == "openai-chat")
    bridge.pump()
    page.get_by_label("Model id").fill("gpt-of-tomorrow")
    page.get_by_label("Model id").press("Enter")
    bridge.until(lambda: session.model == "gpt-of-tomorrow")
    bridge.pump()
    said = page.locator(".sa-switch").inner_text()
    assert "not counted: the price is unknown" in said
    assert "sk-proj-other" not in page.content()


def test_turning_back_forgets_what_was_typed(page: Page) -> None:
    session = Session({})
    bridge = Bridge(page, Switch(session))
    page.get_by_role("radio", name="Other base URL").check()
    page.get_by_label("Base URL", exact=True).fill("nonsense")
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Use this address").click()
    bridge.until(lambda: bool(bridge.view.state["problem"]))
    bridge.pump()
    assert "is no base URL" in page.get_by_role("alert").inner_text()
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Stay in mock mode").click()
    assert page.get_by_role("radio", name="Mock").is_checked()
    assert page.get_by_label("API key").input_value() == ""
    assert not page.get_by_role("alert").is_visible()
    assert session.mode == "mock"


@pytest.mark.parametrize("make", [lambda: at_rest(*text("one"), *ending()), make_race])
@pytest.mark.parametrize("width", [700, 1366])
def test_nothing_is_wider_than_the_page(page: Page, make: Callable[[], Any], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    Bridge(page, make())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    "make", [lambda: at_rest(*text("one"), *ending()), make_race, lambda: Switch(Session({}))]
)
def test_every_control_has_a_name(page: Page, make: Callable[[], Any]) -> None:
    Bridge(page, make())
    nameless = page.evaluate(
        "[...document.querySelectorAll('.sa :is(button, input, select)')].filter((node) =>"
        "!(node.textContent || node.getAttribute('aria-label') || node.labels?.[0]?.textContent))"
        ".map((node) => node.outerHTML)"
    )
    assert nameless == []


@pytest.mark.parametrize(
    "make", [lambda: at_rest(*text("one"), *ending()), make_race, lambda: Switch(Session({}))]
)
def test_keys_stay_in_the_view_when_a_control_has_the_focus(
    page: Page, make: Callable[[], Any]
) -> None:
    """JupyterLab takes arrow keys and letters from what does not carry this mark."""
    Bridge(page, make())
    for control in page.locator(".sa :is(button, input, select, summary):enabled:visible").all():
        control.focus()
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_a_view_that_is_not_shown_yet_holds_no_page_up(page: Page) -> None:
    Bridge(page, make_race())
    page.evaluate(
        "() => { window.away = document.querySelector('main > div'); window.away.remove();"
        " window.away.querySelector('.sa').append(document.createElement('i')); }"
    )
    assert page.evaluate("window.away.querySelectorAll('.sa-full').length") == 1
