"""The wire view on a page: by keyboard, by hand, and with bytes that mean harm."""

import json
from typing import Any

import pytest
from bridge import Bridge
from playwright.sync_api import Page

from helpers.widgets.wire.view import Wire
from tests.browser.lab import wait_until_narrow

HOSTILE = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"


def event(name: str, **data: Any) -> bytes:
    payload = json.dumps({"type": name, **data}, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {payload}\n\n".encode()


def delta(text: str) -> bytes:
    return event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


STREAM = [
    event("message_start", message={"id": "msg_01", "content": []}),
    b": keep-alive\n\n",
    delta("Hello"),
    delta("👋👋"),
    delta(HOSTILE),
    event("message_stop"),
]
AS_EVENTS = [(0.1 * i, chunk) for i, chunk in enumerate(STREAM, start=1)]
IN_SEVENS = [(i / 1000, b"".join(STREAM)[i : i + 7]) for i in range(0, len(b"".join(STREAM)), 7)]


@pytest.fixture
def requests(page: Page) -> list[str]:
    """What the page asked the network for."""
    urls: list[str] = []
    page.on("request", lambda r: r.url.startswith(("data:", "blob:")) or urls.append(r.url))
    return urls


def words(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def test_at_rest_it_shows_the_first_chunk_in_its_stream(page: Page) -> None:
    bridge = Bridge(page, Wire(AS_EVENTS, title="Hello"))
    status = page.get_by_role("status")
    assert status.inner_text() == (
        f"Chunk 1 of 6: {len(STREAM[0])} bytes at 0.100 s, "
        "completes event 1, message_start; nothing waits."
    )
    assert words(page, ".wire-chip") == ["1\nmessage_start"]
    assert page.locator(".wire-piece.wire-coming").count() > 5
    assert bridge.view.position == 1


def test_it_is_stepped_by_keyboard(page: Page) -> None:
    bridge = Bridge(page, Wire(IN_SEVENS))
    view = bridge.view
    strip = page.locator(".wire-bytes")
    strip.press("ArrowRight")
    strip.press("ArrowRight")
    strip.press("ArrowLeft")
    bridge.until(lambda: view.position == 2)
    assert page.get_by_role("status").inner_text() == (
        f"Chunk 2 of {len(IN_SEVENS)}: 7 bytes at 0.007 s, completes no event; "
        "14 bytes wait for their line to end."
    )
    assert words(page, ".wire-held-text") == ["event: message"[:14]]
    strip.press("Shift+ArrowRight")
    first = -(-len(STREAM[0]) // 7)
    bridge.until(lambda: view.position == first)
    assert words(page, ".wire-chip") == ["1\nmessage_start"]
    strip.press("End")
    bridge.until(lambda: view.position == len(IN_SEVENS))
    assert "the stream ends here" in page.get_by_role("status").inner_text()
    assert page.get_by_role("button", name="Step one chunk").is_disabled()
    strip.press("Home")
    bridge.until(lambda: view.position == 0)
    page.get_by_role("slider").press("ArrowRight")
    bridge.until(lambda: view.position == 1)


def test_the_arrows_are_its_own_while_nobody_types(page: Page) -> None:
    bridge = Bridge(page, Wire(AS_EVENTS))
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    page.keyboard.press("ArrowRight")
    bridge.until(lambda: bridge.view.position == 2)
    page.locator("textarea").press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    page.locator("textarea").evaluate("one => one.blur()")
    page.keyboard.press("ArrowRight")
    bridge.until(lambda: bridge.view.position == 3)


def test_out_of_sight_it_leaves_the_arrows_to_the_page(page: Page) -> None:
    bridge = Bridge(page, Wire(AS_EVENTS))
    page.evaluate("document.querySelector('main').style.paddingTop = '3000px'")
    page.keyboard.press("ArrowRight")
    page.evaluate("document.querySelector('main').style.paddingTop = '0'")
    page.keyboard.press("ArrowRight")
    bridge.until(lambda: bridge.view.position == 2)


def test_every_control_is_reached_by_tab(page: Page) -> None:
    async def record() -> list[tuple[float, bytes]]:
        return []

    bridge = Bridge(page, Wire(AS_EVENTS, record=record))
    bridge.view.position = 2
    bridge.pump()
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(e => e.getAttribute('aria-label') ?? e.textContent)(document.activeElement)"
            )
        )
    assert reached[1:9] == [
        *("Play", "Speed", "Step back one chunk", "Step one chunk", "Step back one event"),
        *("Step to the next event", "Start over", "Record again"),
    ]
    assert reached[0] == "Full screen"  # in the first row
    assert reached[9] == "Position in the recording"
    assert reached[10].startswith("Bytes as received")
    assert reached[11:14] == ["1message_start", "–commentkeep-alive", "Fields of the event"]


def test_it_plays_to_the_end_and_never_moves_the_page(page: Page) -> None:
    bridge = Bridge(page, Wire(AS_EVENTS))
    view = bridge.view
    page.evaluate("document.body.append(document.createElement('footer'))")
    size = "JSON.stringify(document.querySelector('.wire').getBoundingClientRect())"
    before = page.evaluate(size)
    page.evaluate(
        "s => { window.sizes = new Set(); const look = () => { window.sizes.add(eval(s));"
        " requestAnimationFrame(look); }; look(); }",
        size,
    )
    page.get_by_role("button", name="Start over").click()
    # In one look: it is at its end within a second.
    play = page.get_by_role("button", name="Play")
    assert play.evaluate("one => { one.click(); return one.ariaLabel; }") == "Pause"
    bridge.until(lambda: view.position == 6)
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.evaluate("[...window.sizes]") == [before]
    assert page.evaluate("window.scrollY") == 0
    assert len(words(page, ".wire-chip")) == 6


def test_pause_keeps_the_moment(page: Page) -> None:
    bridge = Bridge(page, Wire([(0.05, STREAM[0]), (30.0, STREAM[2])]))
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Play").click()
    status = page.get_by_role("status")
    bridge.until(lambda: status.inner_text().startswith("Chunk 1 of 2"))
    page.get_by_role("button", name="Pause").click()
    at = page.get_by_role("slider").input_value()
    bridge.run(0.1)
    assert page.get_by_role("slider").input_value() == at
    assert 0.05 <= float(at) < 10


def test_a_chip_opens_to_its_fields_and_lights_its_bytes(page: Page, requests: list[str]) -> None:
    Bridge(page, Wire(AS_EVENTS))
    page.locator(".wire-bytes").press("End")
    chip = page.get_by_role("button", name="content_block_delta").nth(2)
    chip.click()
    assert chip.get_attribute("aria-expanded") == "true"
    assert words(page, ".wire-panel dt") == ["event", "data"]
    name, data = page.locator(".wire-panel pre").all_inner_texts()
    assert name == "content_block_delta"
    assert json.loads(data)["delta"]["text"] == HOSTILE
    lit = "".join(page.locator(".wire-row.wire-lit .wire-text").all_inner_texts())
    assert HOSTILE in lit
    # Bytes that look like a page stay bytes.
    assert page.locator(".wire img, .wire script").count() == 0
    assert page.evaluate("window.harmed") is None
    assert requests == []
    chip.click()
    assert chip.get_attribute("aria-expanded") == "false"


def test_pointing_at_bytes_lights_their_chunk_and_their_event(page: Page) -> None:
    Bridge(page, Wire(AS_EVENTS))
    page.locator(".wire-bytes").press("End")
    page.locator(".wire-piece", has_text="Hello").hover()
    assert words(page, ".wire-chip.wire-lit") == ["2\ncontent_block_delta\n“Hello”"]
    chunk = page.locator(".wire-piece.wire-lit")
    assert {chunk.nth(i).get_attribute("data-chunk") for i in range(chunk.count())} == {"2"}


def test_a_character_in_two_chunks_is_visibly_cut(page: Page) -> None:
    bridge = Bridge(page, Wire(IN_SEVENS))
    chunks = bridge.view.model["chunks"]
    cut = next(i for i, chunk in enumerate(chunks) if chunk["cut"] == "character")
    bridge.view.position = cut + 1
    status = page.get_by_role("status")
    bridge.until(lambda: "it ends inside the character 👋" in status.inner_text())
    label = page.locator(".wire-label.wire-broken").inner_text()
    assert label == f"chunk {cut + 1} · 7 B · {chunks[cut]['at']:.3f} s · cut inside a character"
    here = page.locator(".wire-held .wire-hex").all_inner_texts()
    rest = page.locator(".wire-piece.wire-coming .wire-hex").all_inner_texts()
    assert bytes.fromhex("".join(here + rest)) == "👋".encode()
    assert here and rest


def test_it_fits_narrow_and_wide_pages(page: Page) -> None:
    Bridge(page, Wire(IN_SEVENS))
    for width in (700, 1366, 1920):
        page.set_viewport_size({"width": width, "height": 768})
        page.locator(".wire-bytes").press("End")
        wait_until_narrow(page, width)
        strip = page.locator(".wire-bytes").element_handle()
        page.wait_for_function("one => one.scrollWidth <= one.clientWidth", arg=strip)
        assert page.locator(".wire-row").last.bounding_box() is not None


def test_a_long_recording_draws_what_is_in_sight(page: Page) -> None:
    recording = [(i / 100, delta(f"word {i} ")) for i in range(2_000)]
    bridge = Bridge(page, Wire(recording))
    assert "the first" in page.locator(".wire-counts").inner_text()
    page.locator(".wire-bytes").press("End")
    bridge.until(lambda: bridge.view.position == len(bridge.view.model["chunks"]))
    assert 0 < page.locator(".wire-row").count() < 60
    drawn = page.locator(".wire-row").last.get_attribute("data-span")
    assert drawn == str(len(bridge.view.model["spans"]) - 1)
    assert page.locator(".wire-foot").inner_text().endswith("more bytes not shown")


def test_it_records_again_and_says_what_failed(page: Page) -> None:
    recordings = [[(0.0, b"data: new\n\n")]]

    async def record() -> list[tuple[float, bytes]]:
        if not recordings:
            raise ConnectionError("nobody listens there")
        return recordings.pop()

    bridge = Bridge(page, Wire(AS_EVENTS, record=record))
    page.get_by_role("button", name="Record again").click()
    bridge.until(lambda: "1 chunk ·" in page.locator(".wire-counts").inner_text())
    assert "completes event 1, message" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Record again").click()
    bridge.until(lambda: "nobody listens there" in page.get_by_role("status").inner_text())
    assert page.get_by_role("button", name="Record again").is_enabled()


def test_nothing_recorded_is_said(page: Page) -> None:
    Bridge(page, Wire([]))
    assert page.get_by_role("status").inner_text() == "Nothing was recorded."
    assert page.get_by_role("button", name="Play").is_disabled()
