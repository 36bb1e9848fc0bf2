"""How a run ended: one wording, which every front end tells."""

import asyncio
import contextlib
import io
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from helpers.agent import AgentEvent, RunFinished, run_agent
from helpers.history import Conversation
from helpers.render.endings import DONE, STOPPED, WORDS, Ending, ending, ending_of, sentence
from helpers.retry import Recovery
from helpers.terminal.events import show
from helpers.terminal.screen import PlainScreen
from helpers.tools import tool
from helpers.web.runs import Run
from helpers.web.wire import Telling
from helpers.widgets import (
    answer,
    cards_model,
    cards_still,
    page,
    timeline_model,
    timeline_still,
    transcript,
)

Wire = dict[str, Any]
GOOD_SIGN = "✓ done"
BAD_LABELS = ["✕ failed", "✕ Failed", *[f"■ {word}" for word, _ in WORDS.values()]]


def test_the_words_of_an_ending():
    assert ending("end_turn").ok and ending("end_turn").label == "✓ done"
    assert ending("refusal").label == "■ declined"
    assert ending("max_tokens").label == "■ cut off"
    assert ending("failed", ValueError("no  such\nthing: ")).note == "✕ No such thing."
    assert ending("something_new").note == ("■ The answer ended for another reason: something_new.")
    assert ending("failed", ValueError()).note == "✕ ValueError."
    assert not ending("failed").ok
    assert ending_of([]) == STOPPED
    assert sentence("what now?") == "What now?"
    assert len(sentence("x" * 1000)) < 310


# ---- Runs of every kind


def begin(index: int = 0, **block: Any) -> Wire:
    return {"type": "content_block_start", "index": index, "content_block": block}


def text(words: str, index: int = 0) -> list[Wire]:
    delta = {"type": "text_delta", "text": words}
    return [
        begin(index, type="text", text=""),
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]


def call(raw: str = "{}", index: int = 1, stop: bool = True) -> list[Wire]:
    delta = {"type": "input_json_delta", "partial_json": raw}
    events = [
        begin(index, type="tool_use", id="toolu_1", name="look", input={}),
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]
    return events if stop else events[:-1]


def end(reason: str) -> list[Wire]:
    return [
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]


START = {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": []}}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
ANSWER = [START, *text("Fine."), *end("end_turn")]
ASKED = [START, *text("Let me see."), *call(), *end("tool_use")]

# What the API answers, one reply after the other; an int is a status, None breaks off.
RUNS: dict[str, list[Any]] = {
    "end_turn": [ANSWER],
    "stop_sequence": [[START, *text("Fine"), *end("stop_sequence")]],
    "with a tool": [ASKED, ANSWER],
    "max_tokens": [[START, *text("I was about to"), *end("max_tokens")]],
    "refusal": [[START, *text("I can't"), *end("refusal")]],
    "refusal at once": [[START, *end("refusal")]],
    "refusal after a tool": [ASKED, [START, *text("No"), *end("refusal")]],
    "model_context_window_exceeded": [[START, *text("x"), *end("model_context_window_exceeded")]],
    "max_turns": [ASKED] * 4,
    "a cut call": [[START, *call('{"a', stop=False), *end("max_tokens")]],
    "a pause": [[START, *text("One moment."), *end("pause_turn")], ANSWER],
    "something new": [[START, *text("Hm."), *end("gone_fishing")]],
    "a refused request": [400],
    "overloaded, then fine": [529, ANSWER],
    "overloaded": [529, 529, 529],
    "an error in mid-stream": [[START, *text("So"), OVERLOADED]],
    "a cut in mid-stream": [[START, *text("So")]],
    "a cut, then fine": [[START], ANSWER],
}


async def played(replies: list[Any], stop_after: int | None = None) -> list[AgentEvent]:
    """Return the events of a run; it may be left after so many."""
    waiting = iter(replies)

    def respond(request: httpx.Request) -> httpx.Response:
        reply = next(waiting)
        if isinstance(reply, int):
            return httpx.Response(reply, json={"error": {"type": "x_error", "message": "Not now"}})
        body = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in reply)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    @tool
    def look(a: str = "") -> str:
        """Look.

        Args:
            a: where
        """
        return "seen"

    conversation = Conversation()
    conversation.say("hi")
    recovery = Recovery(attempts=3, first_wait=0.001, longest_wait=0.001)
    events: list[AgentEvent] = []
    async with httpx.AsyncClient(
        base_url="http://mock", transport=httpx.MockTransport(respond)
    ) as http:
        agent = run_agent(
            http,
            conversation,
            model="m",
            tools=[look],
            max_turns=3,
            max_tokens=32_768,
            recovery=recovery,
        )
        async with aclosing(agent):
            async for event in agent:
                events.append(event)
                if stop_after is not None and len(events) >= stop_after:
                    break
    return events


async def replay(events: list[AgentEvent]) -> AsyncGenerator[AgentEvent]:
    for event in events:
        yield event
    if not isinstance(events[-1], RunFinished):
        await asyncio.Event().wait()  # it goes on until somebody stops it


# ---- What each front end tells


async def terminal(events: list[AgentEvent]) -> str:
    out = io.StringIO()
    await show(replay(events), PlainScreen(out))
    return out.getvalue()


async def web(events: list[AgentEvent]) -> str:
    telling = Telling(lambda: 1.0)
    last = [page for event in events for page in telling.feed(event)][-1]
    sign = {"failed": "✕ ", "stopped": "■ "}.get(last["outcome"], "■ " if last["words"] else "")
    return f"{sign}{last['words']}" if last["words"] else GOOD_SIGN  # as words.js has it


async def cards(events: list[AgentEvent]) -> str:
    board = cards_model.fold([(1.0, ("", event)) for event in events])
    return cards_still.tell(board, cards_still.footer_of(board, ""))


async def cards_picture(events: list[AgentEvent]) -> str:
    board = cards_model.fold([(1.0, ("", event)) for event in events])
    return cards_still.draw(board, cards_still.footer_of(board, ""), "Agent")


async def timeline(events: list[AgentEvent]) -> str:
    line = timeline_model.fold([(1.0, event) for event in events])
    return timeline_still.tell([timeline_still.Track("", line)])


async def web_page_picture(events: list[AgentEvent]) -> str:
    rows = page.fold([(1.0, event) for event in events])
    return page.tell("fetch", "hi", rows)


FACES: list[Callable[[list[AgentEvent]], Any]] = [
    terminal,
    web,
    cards,
    cards_picture,
    timeline,
    web_page_picture,
]


@pytest.mark.parametrize("face", FACES, ids=lambda face: str(face.__name__))
@pytest.mark.parametrize("name", RUNS)
async def test_every_front_end_tells_the_same_end(name: str, face: Any):
    events = await played(RUNS[name])
    how = ending_of(events)
    told = " ".join((await face(events)).split())
    told = re.sub("look, ✓ done|✓ done after \\d+ ms", "", told)  # the tool's
    if how.ok:
        assert not [label for label in BAD_LABELS if label in told]
        assert "■" not in told
        return
    if face is cards_picture:  # its lines are broken by their width
        assert how.label in told
    else:
        assert how.sentence in told
    assert how.sign in told
    assert GOOD_SIGN not in told
    assert "✓ Done" not in told


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("end_turn", "end_turn"),
        ("refusal", "refusal"),
        ("refusal after a tool", "refusal"),
        ("a cut call", "max_tokens"),
        ("max_turns", "max_turns"),
        ("overloaded", "failed"),
        ("a cut, then fine", "end_turn"),
        ("a pause", "end_turn"),
    ],
)
async def test_the_runs_end_as_they_are_meant_to(name: str, reason: str):
    assert ending_of(await played(RUNS[name])).reason == reason


# ---- Stopped by a person


@pytest.mark.parametrize("after", [1, 3, 5])
async def test_a_run_that_is_stopped_says_so_everywhere(after: int):
    events = await played(RUNS["with a tool"], stop_after=after)
    assert ending_of(events) == STOPPED
    board = cards_model.apply(cards_model.Board("running"), "", events[0], 0.0)
    for event in events[1:]:
        board = cards_model.apply(board, "", event, 1.0)
    board = cards_model.end(board, "stopped", 1.0)
    line = timeline_model.Timeline("running")
    for event in events:
        line = timeline_model.apply(line, event, 1.0)
    line = timeline_model.end(line, "stopped", 1.0)
    words = [
        cards_still.tell(board, cards_still.footer_of(board, "")),
        timeline_still.tell([timeline_still.Track("", line)]).lower(),
    ]
    assert STOPPED.label in words[0]
    assert "stopped after" in words[1]
    run = Run(Conversation(), Telling(lambda: 1.0))
    run.start(replay(events), 60)
    await asyncio.sleep(0)
    run.stop()
    await run.ended()
    assert run.told[-1].page["outcome"] == "stopped"
    assert run.told[-1].page["words"] == STOPPED.sentence


# ---- A single answer


@pytest.mark.parametrize("name", [name for name in RUNS if isinstance(RUNS[name][0], list)])
def test_a_transcript_tells_the_end_of_its_answer(name: str):
    events = RUNS[name][0]
    shown = answer.fold((1.0, event) for event in events)
    if shown.ended is None:
        shown = answer.end(shown, "failed", 1.0, "The stream ended before the message did.")
    reason = shown.stop_reason or ""
    how = ending("failed", shown.problem) if shown.problem else ending(reason)
    words = transcript.tell("hi", shown, None, None)
    assert how.label in words
    assert how.note in words
    assert (GOOD_SIGN in words) == how.ok
    figures = answer.figures(shown)
    assert (figures["word"], figures["note"]) == (how.label, how.note)
    picture = transcript.draw("hi", shown, None, None)
    assert (GOOD_SIGN in picture) == how.ok


def test_an_ending_is_a_value():
    assert Ending("end_turn") == DONE
    with contextlib.suppress(AttributeError):
        DONE.reason = "x"  # type: ignore[misc]
    assert DONE.reason == "end_turn"
