"""The pages in a real browser: used by keyboard, cut off, stopped, attacked, in the dark."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from lab import shot
from playwright.sync_api import Dialog, Page, Route, expect

from helpers.agent import (
    AgentEvent,
    BlockStarted,
    MessageStopped,
    RunFinished,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolStarted,
    TurnStarted,
)
from helpers.assistant.agent import Agent, web_tools
from helpers.clock import RealClock
from helpers.history import Conversation, text_of
from helpers.mock.server import MockServer, start_server
from helpers.mock.settings import Fault, Pace, Settings
from helpers.session.session import Session
from helpers.web.pages import NAMES
from helpers.web.serving import WebServer, start
from tests.render.runs import CASES, Pairs, ending_of, play

QUICK = Settings(pace=Pace(first_token=0.02, tokens_per_second=400))
UMBRELLA = "Do I need an umbrella in Lagos?"
LONG = "Explain in detail how a TCP connection recovers from a lost packet."


class Hasty(RealClock):
    """Ten seconds of waiting take one."""

    def sleep(self, seconds: float) -> Awaitable[None]:
        return super().sleep(seconds / 10)


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    with start_server(QUICK) as server:
        yield server


@pytest.fixture
def mock(running: MockServer) -> MockServer:
    running.configure(QUICK)
    return running


@pytest.fixture(scope="module")
def server(running: MockServer) -> Iterator[WebServer]:
    session = Session({"COURSE_MODE": "mock", "COURSE_BASE_URL": running.base_url})
    with start(Agent(session, tools=lambda: web_tools(Hasty()))) as started:
        yield started


class Speaker(Agent):
    """Says what it was given, piece by piece, and calls one tool before it."""

    def __init__(self, pieces: list[str], gap: float = 0.0, halt: int | None = None) -> None:
        self.pieces = pieces
        self.gap = gap
        self.halt = halt  # the piece before which it waits for `go_on`
        self._goes_on = asyncio.Event()

    def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def dollars(self, usage: Mapping[str, Any]) -> float | None:
        return None

    def about(self) -> dict[str, Any]:
        return {"model": "speaker", "mode": "custom", "priced": False, "words": "A speaker."}

    def go_on(self) -> None:
        """Say the rest, too."""
        self._loop.call_soon_threadsafe(self._goes_on.set)

    async def answer(self, conversation: Conversation) -> AsyncGenerator[AgentEvent]:
        self._loop = asyncio.get_running_loop()
        conversation.take()
        said = "".join(self.pieces)[:300]
        call = ToolCall(0, "call", said, {}, "{}")
        yield TurnStarted(1)
        yield BlockStarted(0, {"type": "tool_use", "id": "call", "name": said, "input": {}})
        yield call
        yield ToolStarted(call, said)
        yield ToolFinished(call, said, True, 0.1)
        yield BlockStarted(1, {"type": "text", "text": ""})
        for place, piece in enumerate(self.pieces):
            await asyncio.sleep(self.gap)
            if place == self.halt:
                await self._goes_on.wait()
            yield TextDelta(1, piece)
        yield MessageStopped({})
        yield RunFinished("end_turn", {}, 1)


class Road:
    """What lies between the browser and the server: a road that can be cut."""

    def __init__(self, url: str) -> None:
        self._to = ("127.0.0.1", int(url.rpartition(":")[2]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: set[socket.socket] = set()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._ends.add(near)
                far = socket.create_connection(self._to)
                self._ends.add(far)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        for end in [*self._ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # so that who waits for a call hears of it
        self._listener.close()
        self._accepting.join(60)
        self.cut()
        for end in self._ends:
            end.close()


@contextmanager
def road_to(server: WebServer) -> Iterator[Road]:
    road = Road(server.url)
    try:
        yield road
    finally:
        road.close()


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".suggestions button")).to_have_count(4)


def ask(page: Page, words: str) -> None:
    """Type a question where the focus is, and send it with Enter."""
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def over(page: Page, outcome: str = "done", number: int = 0) -> None:
    answer = page.locator(".answer").nth(number)
    expect(answer).to_have_attribute("data-state", outcome, timeout=60_000)


def check_access(page: Page) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    violations = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found.response["violations"]
    ]
    assert violations == []


def under_way(mock: MockServer) -> int:
    return int(httpx.get(f"{mock.base_url}/mock/status", trust_env=False).json()["under_way"])


def until(page: Page, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        page.wait_for_timeout(20)


@pytest.fixture
def here(page: Page) -> Iterator[Page]:
    """A page that may reach this machine and nothing else, and that nobody may stop."""
    left: list[str] = []
    stopped: list[str] = []

    def dialog(opened: Dialog) -> None:
        stopped.append(opened.message)
        opened.dismiss()

    page.on("dialog", dialog)
    page.on("request", lambda request: left.append(request.url))
    page.on("websocket", lambda opened: left.append(opened.url))
    page.on("popup", lambda popup: left.append(f"popup {popup.url}"))
    yield page
    assert stopped == []
    assert [url for url in left if not re.match(r"(http|ws)://127\.0\.0\.1:\d+/", url)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_person_asks_reads_and_stops_by_keyboard(
    here: Page, server: WebServer, mock: MockServer, name: str
) -> None:
    page = here
    open_page(page, server.page(name))
    check_access(page)
    ask(page, UMBRELLA)
    over(page)
    answer = page.locator(".answer").first
    # Thinking is folded, and opens with the keyboard.
    thinking = answer.locator(".thinking").first
    expect(thinking.locator("p")).to_be_hidden()
    expect(thinking.locator("summary")).to_have_text(re.compile(r"Thought for \d"))
    thinking.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(thinking.locator("p")).to_contain_text("An umbrella is a question of rain")
    tool = answer.locator(".tool")
    expect(tool).to_have_attribute("data-state", "done")
    expect(tool).to_contain_text("Asking for the weather in Lagos")
    expect(tool).to_contain_text('{"city": "Lagos"}')
    expect(tool).to_contain_text("31 °C")
    expect(answer.locator(".lines").last).to_contain_text("against the sun it helps.")
    expect(answer.locator(".figures")).to_contain_text(
        re.compile(r"first token .+tok/s.+tokens in, .+ out.*no cost \(mock\)")
    )
    expect(page.locator(".caret")).to_have_count(0)
    # The conversation goes on, until Escape.
    mock.configure(Settings(pace=Pace(first_token=0.02, tokens_per_second=4)))
    page.get_by_label("Your question").focus()
    ask(page, LONG)
    expect(page.locator(".answer").nth(1).locator(".text")).to_contain_text("A TCP connection")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.press("Escape")
    over(page, "stopped", 1)
    expect(page.locator(".answer").nth(1)).to_contain_text("■ Stopped.")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    until(page, lambda: under_way(mock) == 0)
    shot(page, f"web-{name}")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 375, "height": 760})
    check_access(page)
    shot(page, f"web-{name}-phone-dark")
    wider = page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")
    assert not wider


@pytest.mark.long
def test_an_answer_that_breaks_off_begins_again_and_stands_there_once(
    here: Page, server: WebServer, mock: MockServer
) -> None:
    for name in ("fetch", "react"):  # those that draw by hand, and the one that doesn't
        fault = Fault("drop", times=1)
        mock.configure(Settings(pace=QUICK.pace, fault=fault))
        open_page(here, server.page(name))
        ask(here, "Show me what streaming looks like.")
        over(here)
        lines = here.locator(".answer .lines")
        expect(lines).to_have_count(1)
        expect(lines).to_contain_text("even through the middle of this emoji: 🧵")
        assert lines.inner_text().count("You're reading this") == 1
        # Its tools have run by then, and aren't run again.
        after = Fault("drop", at="after_message_delta", times=1)
        mock.configure(Settings(pace=QUICK.pace, fault=after))
        here.get_by_label("Your question").focus()
        ask(here, "What's the weather in Lagos and Oslo?")
        over(here, number=1)
        answer = here.locator(".answer").nth(1)
        expect(answer.locator(".tool[data-state=done]")).to_have_count(2)
        expect(answer.locator(".tool")).to_have_count(2)


# What the connection was called so far, and what it is called now.
SEEN = """() => [...window.seen, document.querySelector(".connection").dataset.state]"""


@pytest.mark.long
@pytest.mark.parametrize("name", ["eventsource", "react"])
def test_a_connection_that_breaks_comes_back_with_nothing_lost_or_doubled(
    here: Page, name: str
) -> None:
    words = [f"word-{place} " for place in range(120)]
    speaker = Speaker(words, gap=0.04, halt=60)
    with start(speaker) as server, road_to(server) as road:
        open_page(here, f"{road.url}/{name}")
        here.evaluate(
            """() => {
              const pill = document.querySelector(".connection");
              window.seen = [];
              // What it was, not what it is: two changes may come in one call.
              const note = (changes) => changes.forEach((one) => window.seen.push(one.oldValue));
              new MutationObserver(note).observe(pill, { attributeOldValue: true });
            }"""
        )
        ask(here, "Say something.")
        for times, place in ((1, 5), (2, 20)):
            expect(here.locator(".text")).to_contain_text(f"word-{place} ")
            road.cut()
            until(here, lambda: here.evaluate(SEEN).count("lost") >= times)  # noqa: B023
        expect(here.locator(".text")).to_contain_text("word-25 ")
        if name == "eventsource":  # not even loading the page anew loses anything
            here.reload()
            expect(here.locator(".question")).to_have_text("Say something.")
        speaker.go_on()
        over(here)
        assert here.locator(".text").inner_text().split() == "".join(words).split()
        here.reload()  # what is over is not told again
        expect(here.locator(".suggestions button")).to_have_count(4)


@pytest.mark.long
def test_an_answer_is_read_on_after_each_reload_and_each_strange_refusal(here: Page) -> None:
    """Only the server's 404 says that an answer is gone."""
    words = [f"word-{place} " for place in range(100)]
    speaker = Speaker(words, gap=0.05, halt=40)
    with start(speaker) as server:
        open_page(here, server.page("eventsource"))
        ask(here, "Say something.")
        for place in (5, 15, 25):
            expect(here.locator(".text")).to_contain_text(f"word-{place} ")
            here.reload()
            expect(here.locator(".question")).to_have_text("Say something.")
            expect(here.locator(".text")).to_contain_text("word-0 ")
        refused: list[int] = []

        def refuse(route: Route) -> None:
            refused.append(503)
            if len(refused) <= 2:  # the stream, and the look whether the answer is still there
                route.fulfill(status=503, body="busy")
            else:
                route.continue_()

        here.route("**/runs/*/events*", refuse)
        here.reload()
        speaker.go_on()
        over(here)
        assert len(refused) >= 3
        assert here.locator(".text").inner_text().split() == "".join(words).split()
        assert here.evaluate("JSON.parse(sessionStorage.getItem('run under way'))") is None
        shot(here, "web-eventsource-reloaded")


@pytest.mark.long
def test_an_answer_that_the_server_has_forgotten_is_let_go(here: Page) -> None:
    with start(Speaker(["a "])) as server:
        open_page(here, server.page("eventsource"))
        kept = (
            "sessionStorage.setItem('run under way', JSON.stringify({id: 'gone', prompt: 'Hm?'}))"
        )
        here.evaluate(kept)
        here.reload()
        expect(here.locator(".answer")).to_contain_text("doesn't know this answer any more")
        assert here.evaluate("JSON.parse(sessionStorage.getItem('run under way'))") is None


@pytest.mark.long
def test_an_answer_that_was_declined_has_no_sign_of_success(here: Page) -> None:
    class Declines(Speaker):
        async def answer(self, conversation: Conversation) -> AsyncGenerator[AgentEvent]:
            conversation.take()
            yield TurnStarted(1)
            yield RunFinished("refusal", {}, 1)

    with start(Declines([])) as server:
        for name in NAMES:
            open_page(here, server.page(name))
            ask(here, "Do it.")
            expect(here.locator(".answer")).to_contain_text("■ The model declined to go on.")
            shot(here, f"web-{name}-declined")


class Replays(Speaker):
    """Plays the run whose name it is asked."""

    def __init__(self, runs: Mapping[str, Pairs]) -> None:
        self.runs = runs

    async def answer(self, conversation: Conversation) -> AsyncGenerator[AgentEvent]:
        for _, event in self.runs[text_of(conversation.take()[-1])]:
            yield event


async def all_played() -> dict[str, Pairs]:
    return {name: await play(case) for name, case in CASES.items()}


@pytest.mark.long
@pytest.mark.parametrize("name", ["fetch", "react"])
def test_a_page_tells_the_same_as_every_front_end(here: Page, name: str) -> None:
    """The contract of tests/render/test_render_front_ends.py, in what a person sees."""
    with ThreadPoolExecutor() as pool:  # this thread has a loop already
        runs = pool.submit(asyncio.run, all_played()).result()
    with start(Replays(runs)) as server:
        open_page(here, server.page(name))
        for number, (asked, case) in enumerate(CASES.items()):
            how = ending_of(event for _, event in runs[asked])
            ask(here, asked)
            over(here, how.state, number)
            answer = here.locator(".answer").nth(number)
            assert answer.locator(".note").all_inner_texts() == ([how.note] if how.note else [])
            shown = "all => all.map((one) => [one.ariaLabel, one.dataset.state])"
            tools = answer.locator(".tool").evaluate_all(shown)
            told = [f"{label.split()[1]} {state}" for label, state in tools]
            # What was cut off, or may not run in the last turn, has no outcome.
            assert sorted(one for one in told if "stopped" not in one) == sorted(case.tools), asked
            if any(case.tokens):
                tokens = "{} tokens in, {} out".format(*case.tokens)
                assert tokens in answer.locator(".figures").inner_text().replace("~", "")
            assert answer.locator(".caret").count() == 0


FENCED = """\
1. Make it:

   ```python
   def __init__(self): ...
   ```

   - so:
     ```sh
     ls *.py
     ```

> ```python
> x.__init__()
> ```

- ```sh
  cat __main__.py
  ```

Behind **all** of it: 🇰🇭 ខ្មែរ\u200bភាសា Donau\u00addampf.
"""


@pytest.mark.long
def test_code_in_lists_and_quotes_stands_in_its_place(here: Page) -> None:
    with start(Speaker([*FENCED])) as server:
        open_page(here, server.page("fetch"))
        ask(here, "Show me.")
        over(here)
        lines = here.locator(".answer .lines")
        expect(lines.locator("pre")).to_have_text(
            ["def __init__(self): ...", "ls *.py", "x.__init__()", "cat __main__.py"]
        )
        expect(lines.locator("strong")).to_have_text("all")
        places = lines.locator("pre").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().left)"
        )
        assert places[0] > places[2] and places[1] > places[0]
        shot(here, "web-code-in-containers")


HOSTILE = """\
<script>window.harmed = 1; alert(1)</script>
<img src="http://203.0.113.1/pixel.png" onerror="window.harmed=2"><svg onload=alert(3)>
![a picture](http://203.0.113.1/pixel.png) ![b](//203.0.113.1/x)
[click](javascript:alert(4)) [data](data:text/html,<script>alert(5)</script>)
<iframe src="http://203.0.113.1/"></iframe><form action="http://203.0.113.1/"><button>Send</button>
<style>body { display: none }</style><a href="http://203.0.113.1" onclick="alert(6)">go</a>
| <b onmouseover=alert(7)> | `<script>alert(8)</script>` |
```html
</pre><script>alert(9)</script>
```
</p></div><h1 id="prompt">owned</h1>
<link rel=stylesheet href=http://203.0.113.1/x.css><meta http-equiv=refresh content="0;url=//a.b">
open line <img src=x onerror=alert(10)>"""


def test_a_hostile_answer_is_only_text(here: Page) -> None:
    pieces = [HOSTILE[at : at + 7] for at in range(0, len(HOSTILE), 7)]
    with start(Speaker(pieces, gap=0.001)) as server:
        for name in NAMES:
            open_page(here, server.page(name))
            ask(here, "<img src=x onerror=alert(0)>")
            over(here)
            lines = here.locator(".answer .lines")
            for words in (
                "<script>window.harmed = 1",
                "onload=alert(3)",
                "</pre><script>",
                "owned",
            ):
                expect(lines).to_contain_text(words)
            expect(here.locator(".tool-words")).to_contain_text("<script>window.harmed = 1")
            expect(here.locator(".question")).to_have_text("<img src=x onerror=alert(0)>")
            inside = here.locator(".conversation")
            for tag in ("script", "img", "svg", "iframe", "style", "link", "meta", "h1", "form"):
                assert inside.locator(tag).count() == 0, (name, tag)
            assert inside.locator("[onerror], [onload], [onclick], [id]").count() == 0
            for link in inside.locator("a").all():
                assert re.match(r"https?:", str(link.get_attribute("href")))
                assert link.get_attribute("rel") == "noopener noreferrer"
            assert here.evaluate("window.harmed") is None


@pytest.mark.long
def test_a_server_that_is_gone_gets_a_sentence_and_the_page_works_on(here: Page) -> None:
    server = start(Speaker(["x"]))
    with server:
        pages = {name: here.context.new_page() for name in NAMES}
        for name, page in pages.items():
            open_page(page, server.page(name))
    for page in pages.values():
        page.get_by_label("Your question").focus()
        ask(page, "Anybody there?")
        over(page, "failed")
        expect(page.locator(".note.problem")).to_contain_text("✕ The connection")
        expect(page.get_by_role("button", name="Send")).to_be_visible()
        page.close()


def test_what_the_policy_forbids_a_browser_does_not_do(page: Page, server: WebServer) -> None:
    """The last wall: even HTML that got onto the page by mistake could run and load nothing."""
    refusals: list[str] = []
    page.on("console", lambda line: refusals.append(line.text))
    open_page(page, server.page("fetch"))
    page.evaluate(
        """() => {
          const box = document.createElement("div");
          box.innerHTML = '<img src="http://203.0.113.1/p.png" onerror="window.harmed = 1">';
          document.body.append(box);
          const script = document.createElement("script");
          script.textContent = "window.harmed = 2";
          document.body.append(script);
        }"""
    )
    until(page, lambda: len(refusals) >= 2)
    assert page.evaluate("window.harmed") is None
    assert all("Content Security Policy" in words for words in refusals)
