"""What each event of the agent looks like, on a screen that writes everything down."""

import asyncio
import io
from collections.abc import AsyncGenerator

import pytest

from helpers.agent import (
    AgentEvent,
    BlockStarted,
    BlockStopped,
    InputDelta,
    Interrupted,
    MessageStopped,
    Retrying,
    RunFinished,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnStarted,
)
from helpers.client import StreamTruncated
from helpers.render.endings import ending
from helpers.terminal.events import show
from helpers.terminal.screen import PlainScreen

CALL = ToolCall(1, "toolu_1", "read_file", {"path": "a.txt"}, '{"path": "a.txt"}')
STARTED = ToolStarted(CALL, "Reading a.txt")
DONE = ToolFinished(CALL, "text", False, 1.23)
END = RunFinished("end_turn", {}, 1)


class Screen(PlainScreen):
    """A plain screen that also keeps what a live one would show for a moment."""

    def __init__(self) -> None:
        self.paper = io.StringIO()
        super().__init__(self.paper)
        self.moments: list[str] = []
        self.live: dict[str, str] = {}

    def status(self, key: str, words: str) -> None:
        self.live[key] = words
        if words:
            self.moments.append(words)
        else:
            del self.live[key]


async def replay(*events: AgentEvent) -> AsyncGenerator[AgentEvent]:
    for event in events:
        yield event


async def show_all(*events: AgentEvent) -> Screen:
    screen = Screen()
    run = await show(replay(*events, END), screen)
    assert run.ending == ending(END.reason)
    assert screen.live == {}
    return screen


async def paper(*events: AgentEvent) -> str:
    return (await show_all(*events)).paper.getvalue()


async def test_an_answer_with_a_tool():
    screen = await show_all(
        TurnStarted(1),
        BlockStarted(0, {"type": "text"}),
        TextDelta(0, "I'll "),
        TextDelta(0, "look."),
        BlockStopped(0, {}),
        BlockStarted(1, {"type": "tool_use", "name": "read_file"}),
        InputDelta(1, '{"path": '),
        InputDelta(1, '"a.txt"}'),
        BlockStopped(1, {}),
        CALL,
        STARTED,
        ToolProgress(CALL, "half", 1, 2),
        DONE,
        TurnStarted(2),
        TextDelta(0, "It says *text*.\n"),
    )
    assert screen.paper.getvalue() == (
        "I'll look.\n\n✓ Reading a.txt: done, 1.2 s\n\nIt says *text*.\n"
    )
    assert screen.moments == [
        "Waiting for the answer",
        "Calling read_file",
        'Calling read_file {"path": ',
        'Calling read_file {"path": "a.txt"}',
        "Reading a.txt",
        "Reading a.txt: half (50%)",
        "Waiting for the answer",
    ]


async def test_a_tool_that_fails_says_why():
    said = await paper(STARTED, ToolFinished(CALL, "There is\nno a.txt. " + "x" * 999, True, 0))
    assert said.startswith("✕ Reading a.txt: failed. There is no a.txt. xxx")
    assert len(said) < 200


async def test_a_tool_that_ends_within_a_line_of_text_waits_for_its_end():
    said = await paper(
        STARTED, TextDelta(2, "One "), DONE, TextDelta(2, "line."), MessageStopped({})
    )
    assert said == "One line.\n\n✓ Reading a.txt: done, 1.2 s\n"


async def test_a_text_with_sources_stays_one_line():
    block = {"type": "text"}
    said = await paper(
        BlockStarted(0, block), TextDelta(0, "It is "), BlockStopped(0, block),
        BlockStarted(1, block), TextDelta(1, "so."), BlockStopped(1, block),
    )  # fmt: skip
    assert said == "It is so.\n"


async def test_empty_lines_at_the_ends_are_left_out():
    pieces = ["\n", "\nOne", "\n", "\n", "\ntwo\n", "\n\n"]
    said = await paper(*[TextDelta(0, piece) for piece in pieces], STARTED, DONE)
    assert said == "One\n\n\ntwo\n\n✓ Reading a.txt: done, 1.2 s\n"


async def test_a_retry_says_when_the_answer_begins_again():
    retrying = Retrying(2, 0.42, "the connection broke: ", restarts=True)
    again = "↻ The connection broke. Trying again in 0.4 s."
    assert await paper(TurnStarted(1), retrying) == f"{again}\n"
    assert await paper(TurnStarted(1), TextDelta(0, "Cut"), retrying, TextDelta(0, "Whole.")) == (
        f"Cut\n\n{again} The answer begins again.\n\nWhole.\n"
    )


async def test_a_retry_says_nothing_of_tools_that_go_on():
    retrying = Retrying(2, 0.01, "x", restarts=True)
    said = await paper(STARTED, retrying, STARTED, DONE)
    assert said == "↻ X. Trying again in 10 ms.\n✓ Reading a.txt: done, 1.2 s\n"


async def test_an_interruption_shows_what_was_said_instead():
    screen = Screen()
    screen.typed.append("Stop, do this")
    await show(replay(TextDelta(0, "Long te"), STARTED, Interrupted(), END), screen)
    assert screen.paper.getvalue() == (
        "Long te\n\n■ Reading a.txt: stopped.\n■ Interrupted.\n\n> Stop, do this\n"
    )
    assert screen.typed == []


async def test_thinking_is_folded_to_a_line():
    times = iter([10.0, 11.0, 12.5, 13.0, 14.0])
    screen = Screen()
    thinking = {"type": "thinking"}
    events = [BlockStarted(0, thinking), ThinkingDelta(0, "Hm"), BlockStopped(0, thinking)]
    await show(replay(*events, TextDelta(1, "Yes.")), screen, lambda: next(times))
    assert screen.paper.getvalue() == "Thought for 2.5 s.\n\nYes.\n"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("end_turn", ""),
        ("max_tokens", "cut off"),
        ("refusal", "declined"),
        ("max_turns", "as many turns as it may. --max-turns allows more"),
        ("model_context_window_exceeded", "too long"),
    ],
)
async def test_an_unusual_end_is_named(reason: str, said: str):
    screen = Screen()
    await show(replay(RunFinished(reason, {}, 3)), screen)
    assert (said in screen.paper.getvalue()) if said else screen.paper.getvalue() == ""


async def test_a_failure_is_a_sentence():
    screen = Screen()
    await show(replay(RunFinished("failed", {}, 1, StreamTruncated("it broke: "))), screen)
    assert screen.paper.getvalue() == "✕ The answer failed. It broke.\n"


async def test_nothing_hostile_gets_through():
    hostile = "\x1b]0;pwned\x07\x1b[2J\x9b31m\u202e"
    said = await paper(
        TextDelta(0, f"a{hostile}\n```\n{hostile}"),
        ToolStarted(CALL, f"Reading {hostile}"),
        ToolFinished(CALL, hostile, True, 0),
        Retrying(1, 0, hostile, restarts=False),
    )
    assert not set("\x1b\x07\x9b\u202e\r\x08") & set(said)


async def test_stopping_closes_the_agent_and_tells_what_ran():
    closed = asyncio.Event()
    arrived = asyncio.Event()

    async def endless() -> AsyncGenerator[AgentEvent]:
        try:
            yield TextDelta(0, "Some")
            yield STARTED
            arrived.set()
            await asyncio.sleep(60)
        finally:
            closed.set()

    screen = Screen()
    task = asyncio.create_task(show(endless(), screen))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed.is_set()
    assert screen.live == {}
    assert screen.paper.getvalue() == "Some\n\n■ Reading a.txt: stopped.\n"
