"""The contract of all front ends: of the same run they tell the same end, tools and tokens."""

import asyncio
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prompt_toolkit.application import create_app_session
from prompt_toolkit.output import DummyOutput
from runs import CASES, Case, Pairs, ending_of, play, replay

from helpers.agent import RunFinished
from helpers.history import Conversation
from helpers.render.endings import STOPPED, WORDS, Ending
from helpers.render.run_parts import Note
from helpers.render.run_state import RunState, fold
from helpers.telemetry import traced
from helpers.terminal.events import show
from helpers.terminal.live_screen import LiveScreen
from helpers.terminal.screen import PlainScreen, Screen
from helpers.web.runs import Run
from helpers.web.wire import Encoder
from helpers.widgets.cards import model as cards_model
from helpers.widgets.cards import snapshot as cards_snapshot
from helpers.widgets.cards.view import CardsView
from helpers.widgets.page import model as page_model
from helpers.widgets.page import snapshot as page_snapshot
from helpers.widgets.timeline import model as timeline_model
from helpers.widgets.timeline import words as timeline_words
from tests.sweeps import sweep

OUTCOMES = {"✓": "done", "✕": "failed", "■": "cut"}
GOOD = ("✓ done", "✓ Done")
BAD = ("✕ failed", "✕ Failed", "■", *(f"■ {word}" for word, _ in WORDS.values()))
TOKENS = re.compile(r"([\d,]+) tokens in, ~?([\d,]+)( out)?")


@dataclass
class Shown:
    """What a front end tells.

    Attributes:
        end: its words about the end, and nothing about tools.
        tools: each tool's name and what became of it; None if it tells nothing of tools.
        tokens: read and written; None if it tells none.
        notes: its words about further attempts, among others.
    """

    end: str
    tools: list[str] | None = None
    tokens: tuple[int, int] | None = None
    notes: str = ""


def tokens_in(words: str) -> tuple[int, int]:
    found = TOKENS.search(words)
    assert found, words
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


# ---- What each front end tells


async def on_screen(pairs: Pairs, screen: Screen, paper: Callable[[], str]) -> Shown:
    await show(replay(pairs), screen)
    lines = paper().replace("\r", "").split("\n")
    notes = [re.fullmatch(r"([✓✕■]) (\w+): (done|failed|stopped)\b.*", line) for line in lines]
    tools = [f"{note[2]} {OUTCOMES[note[1]]}" for note in notes if note]
    rest = [line for line, note in zip(lines, notes, strict=True) if not note]
    return Shown("\n".join(rest), tools, notes="\n".join(rest))


async def terminal(pairs: Pairs) -> Shown:
    paper = io.StringIO()
    return await on_screen(pairs, PlainScreen(paper), paper.getvalue)


class Paper(DummyOutput):
    """A terminal that keeps what was written for good."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data


async def live_screen(pairs: Pairs) -> Shown:
    paper = Paper()
    with create_app_session(output=paper):
        screen = LiveScreen(clock=lambda: 5.0)

        def settle_and_read() -> str:
            screen.settle()
            return paper.written

        return await on_screen(pairs, screen, settle_and_read)


async def web(pairs: Pairs) -> Shown:
    telling = Encoder(lambda: 1.0)
    pages = [page for _, event in pairs for page in telling.feed(event)]
    tools = {page["part"]: page for page in pages if page.get("kind") == "tool"}
    ran = [
        one for one in tools.values() if one["seconds"] is not None and one["state"] != "superseded"
    ]
    last = pages[-1]
    figures = last["figures"]
    return Shown(
        last["note"] or GOOD[0],
        [f"{one['name']} {one['state']}" for one in ran],
        (figures["tokens_in"], figures["tokens_out"]),
        "\n".join(page["note"] for page in pages if page["type"] == "now"),
    )


def lane_tools(lane: cards_model.Lane) -> list[str]:
    cards = [(call.name, cards_model.about_call(call, over=True)) for call in lane.run.blocks]
    told = [f"{name} {card['state']}" for name, card in cards if card["seconds"] is not None]
    return [words for words in told if "superseded" not in words]


async def cards(pairs: Pairs) -> Shown:
    named = [(at, ("", event)) for at, event in pairs]
    board = cards_model.fold(named)
    view = CardsView(lambda: None, expected=named, autostart=False)  # type: ignore[arg-type,return-value]
    words = re.sub(r"(?m)^(\[\w+, .*\]|  .*)$", "", view.text_alternative())
    view.close()
    return Shown(words, lane_tools(board.lanes[0]), tokens_in(words), words)


async def cards_picture(pairs: Pairs) -> Shown:
    board = cards_model.fold([(at, ("", event)) for at, event in pairs])
    svg = cards_snapshot.draw(board, cards_snapshot.footer_of(board, ""), "Agent")
    svg = re.sub("<desc>.*</desc>", "", svg, flags=re.DOTALL)
    texts = re.findall(">([^<>]+)</text>", svg)
    # A card's state is a text of its own, and no end of the run.
    return Shown(" ".join(texts[-3:]))


async def timeline(pairs: Pairs) -> Shown:
    line = timeline_model.fold(pairs)
    runs = [(written, run) for written, run in timeline_model.calls(line) if run is not None]
    words = timeline_words.tell([timeline_words.Track("", line)]).split("\n")[0]
    return Shown(words, [f"{written.name} {run.state}" for written, run in runs])


async def web_page_picture(pairs: Pairs) -> Shown:
    rows = page_model.fold(pairs)
    tools = [row for row in rows if row.kind == "tool"]
    words = page_snapshot.tell("fetch", "hi", [row for row in rows if row.kind != "tool"])
    told = [f"{row.words.split()[0]} {'failed' if row.failed else 'done'}" for row in tools]
    return Shown(words, told, tokens_in(words))


async def trace(pairs: Pairs) -> Shown:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async for _ in traced(replay(pairs), provider.get_tracer("test"), model="m"):
        pass
    spans = sorted(exporter.get_finished_spans(), key=lambda span: span.start_time or 0)
    run = next(span for span in spans if span.name == "invoke_agent")
    told: dict[str, Any] = dict(run.attributes or {})
    tools = []
    for span in spans:
        if span.name.startswith("execute_tool"):
            failed = span.status.status_code is StatusCode.ERROR
            tools.append(f"{span.name.split()[1]} {'failed' if failed else 'done'}")
    names = ("input_tokens", "output_tokens")
    used = tuple(told.get(f"gen_ai.usage.{name}", 0) for name in names)
    (reason,) = told["gen_ai.response.finish_reasons"]
    return Shown(reason, tools, (used[0], used[1]))


FRONT_ENDS = (
    terminal,
    live_screen,
    web,
    cards,
    cards_picture,
    timeline,
    web_page_picture,
    trace,
)


def says(told: str, how: Ending) -> bool:
    """Say whether words tell this end, and no other."""
    # What the user interrupts is no end of the run.
    told = " ".join(told.split()).replace("■ Interrupted.", "")
    if how.ok:
        return not any(bad in told for bad in BAD)
    ends = how.sign in told and (how.sentence in told or how.label in told)
    return ends and not any(good in told for good in GOOD)


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=lambda front_end: str(front_end.__name__))
@pytest.mark.parametrize("name", sweep(CASES, first=8))
async def test_every_front_end_tells_the_same(name: str, front_end: Callable[[Pairs], Any]):
    case = CASES[name]
    pairs = await play(case)
    told: Shown = await front_end(pairs)
    how = ending_of(event for _, event in pairs)
    if front_end is trace:
        assert told.end == case.reason
    else:
        assert says(told.end, how), told.end
    if told.tools is not None:
        assert sorted(told.tools) == sorted(case.tools)
    if told.tokens is not None:
        assert told.tokens == case.tokens


@pytest.mark.parametrize("name", CASES)
async def test_a_run_is_read_as_it_was_meant(name: str):
    case = CASES[name]
    pairs = await play(case)
    state = fold(pairs)
    assert state.ending == ending_of(event for _, event in pairs)
    assert state.ending is not None and state.ending.reason == case.reason
    assert sorted(ran(state)) == sorted(case.tools)
    read = sum(state.usage.get(name, 0) for name in ("input_tokens", "cache_read_input_tokens"))
    assert (read, state.usage.get("output_tokens", 0)) == case.tokens
    finished = pairs[-1][1]
    assert isinstance(finished, RunFinished) and finished.usage == state.usage


def ran(state: RunState) -> Iterable[str]:
    return [f"{block.name} {block.run.state}" for block in state.calls if block.run is not None]


@pytest.mark.parametrize("front_end", [terminal, live_screen, cards, web])
@pytest.mark.parametrize("name", [name for name in CASES if "cut" in name or "overloaded" in name])
async def test_every_attempt_has_the_same_words(name: str, front_end: Callable[[Pairs], Any]):
    pairs = await play(CASES[name])
    notes = [item for item in fold(pairs).items if isinstance(item, Note)]
    told: Shown = await front_end(pairs)
    rest = told.notes
    for note in notes:
        assert f"{note.sign} {note.words}" in told.notes
        rest = rest.replace(f"{note.sign} {note.words}", "")
    assert "Trying again" not in rest


# ---- Stopped by a person, at every event


@pytest.mark.parametrize("name", ["with a tool", "a cut while a tool runs, which goes on"])
async def test_a_run_that_is_stopped_says_so_everywhere(name: str):
    whole = await play(CASES[name])
    for length in range(1, len(whole)):
        pairs = whole[:length]
        board = cards_model.Board()
        for at, event in pairs:
            board.take("", event, at)
        board.end(9.0, STOPPED)
        state = fold(pairs)
        state.end(STOPPED, 9.0)
        line = timeline_model.timeline_of(state)
        run = Run(Conversation(), Encoder(lambda: 1.0))
        run.start(replay(pairs), 60)
        await asyncio.sleep(0)
        run.stop()
        await run.wait_for_end()
        last = run.told[-1].page
        assert (last["outcome"], last["note"]) == ("stopped", STOPPED.note)
        words = cards_snapshot.tell(board, cards_snapshot.footer_of(board, ""))
        assert STOPPED.label in words
        assert "Stopped after" in timeline_words.tell([timeline_words.Track("", line)])
        assert not [card for card in lane_tools(board.lanes[0]) if "running" in card]


def test_a_case_is_there_for_every_ending():
    reasons = {case.reason for case in CASES.values()}
    assert {*WORDS, "failed", "end_turn", "stop_sequence"} - {"pause_turn"} <= reasons
    assert all(isinstance(case, Case) for case in CASES.values())
