"""A run's events, read once: turns, blocks, tools, usage and the end."""

from typing import Any

import pytest

from helpers.agent import (
    BlockStarted,
    BlockStopped,
    InputDelta,
    Interrupted,
    MessageStarted,
    MessageStopped,
    Retrying,
    RunFinished,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnFinished,
    TurnStarted,
    UsageUpdated,
)
from helpers.client import StreamTruncated
from helpers.render.endings import STOPPED
from helpers.render.run_parts import Note, duration
from helpers.render.run_state import RunState, fold

CALL = ToolCall(1, "toolu_1", "look", {"at": "x"}, '{"at": "x"}')
TURN: list[tuple[float, Any]] = [
    (0.0, TurnStarted(1)),
    (0.2, MessageStarted({"id": "m"})),
    (0.2, UsageUpdated({"input_tokens": 20, "output_tokens": 1, "service_tier": "standard"})),
    (0.3, BlockStarted(0, {"type": "thinking", "thinking": ""})),
    (0.4, ThinkingDelta(0, "hm")),
    (0.5, BlockStopped(0, {})),
    (0.5, BlockStarted(1, {"type": "tool_use", "name": "look", "input": {}})),
    (0.6, InputDelta(1, '{"at"')),
    (1.0, InputDelta(1, ': "x"}')),
    (1.0, BlockStopped(1, {})),
    (1.1, CALL),
    (1.1, ToolStarted(CALL, "Looking")),
    (1.2, ToolProgress(CALL, "half", 1, 2)),
    (1.3, UsageUpdated({"output_tokens": 30})),
    (1.3, MessageStopped({"stop_reason": "tool_use"})),
    (2.1, ToolFinished(CALL, "seen", False, 1.0)),
    (2.1, TurnFinished(1, {}, "tool_use")),
]
ANSWER: list[tuple[float, Any]] = [
    (2.2, TurnStarted(2)),
    (2.3, UsageUpdated({"input_tokens": 50, "output_tokens": 1})),
    (2.4, BlockStarted(0, {"type": "text", "text": ""})),
    (2.5, TextDelta(0, "Yes.")),
    (2.6, BlockStopped(0, {})),
    (2.6, UsageUpdated({"output_tokens": 3})),
    (2.6, MessageStopped({"stop_reason": "end_turn"})),
    (2.6, TurnFinished(2, {}, "end_turn")),
    (2.7, RunFinished("end_turn", {"input_tokens": 70, "output_tokens": 33}, 2)),
]


def states(state: RunState) -> list[str]:
    return [block.state for block in state.blocks]


def test_a_run_becomes_turns_blocks_and_an_ending():
    state = fold([*TURN, *ANSWER])
    thought, call, answer = state.blocks
    assert (thought.kind, thought.text, thought.seconds) == ("thinking", "hm", pytest.approx(0.2))
    assert (call.kind, call.name, call.text, call.ready) == ("call", "look", CALL.raw, 1.1)
    assert call.spells == [(0.5, 0.6), (1.0, 1.0)]
    assert call.run is not None
    assert (call.run.state, call.run.content, call.run.seconds) == ("done", "seen", 1.0)
    assert (call.run.status, call.run.progress, call.run.done) == ("Looking", "half", 1)
    assert (answer.turn, answer.text) == (2, "Yes.")
    assert [(turn.number, turn.stopped, turn.ended) for turn in state.turns] == [
        (1, 1.3, 2.1),
        (2, 2.6, 2.6),
    ]
    assert [request.stop_reason for request in state.requests] == ["tool_use", "end_turn"]
    assert (state.state, state.ended, state.ending and state.ending.ok) == ("done", 2.7, True)
    assert state.usage == state.tokens == {"input_tokens": 70, "output_tokens": 33}


def test_a_call_is_complete_only_when_it_is_told():
    told = [states(fold(TURN[:length]))[-1] for length in (9, 10, 11)]
    assert told == ["open", "closed", "done"]
    cut = [*TURN[:10], (1.3, MessageStopped({"stop_reason": "max_tokens"}))]
    assert states(fold(cut)) == ["done", "cut"]


def test_usage_is_that_of_all_requests_and_estimated_until_it_is_counted():
    state = fold([*TURN, *ANSWER[:2]])
    assert state.usage == {"input_tokens": 70, "output_tokens": 31}
    state.take(TextDelta(0, "x" * 400), 2.5)
    assert (state.counted, state.tokens["output_tokens"]) == (False, 131)
    state.take(UsageUpdated({"output_tokens": 90}), 2.6)
    assert (state.counted, state.tokens["output_tokens"]) == (True, 120)
    # An agent that tells usage at its end only has counted, too.
    finished = RunFinished("end_turn", {"output_tokens": 7}, 1)
    late = fold([(0.0, TextDelta(0, "Yes.")), (0.1, finished)])
    assert (late.counted, late.tokens) == (True, {"output_tokens": 7})


def test_a_retry_that_restarts_voids_the_attempt_and_another_cuts_it():
    anew = fold([*TURN[:9], (1.5, Retrying(2, 0.5, "it broke: ", True))])
    assert states(anew) == ["superseded", "superseded"]
    note = anew.items[-1]
    assert isinstance(note, Note)
    assert f"{note.sign} {note.words}" == "↻ It broke. Trying again in 0.5 s."
    assert anew.waiting and len(anew.turns[0].requests) == 2
    anew.take(BlockStarted(1, {"type": "text"}), 2.0)  # the same block comes once more
    anew.take(TextDelta(1, "again"), 2.0)
    assert (anew.blocks[-1].text, anew.waiting) == ("again", False)
    assert anew.blocks[1].text == '{"at": "x"}'
    goes_on = fold([*TURN[:9], (1.5, Retrying(2, 0.5, "cut", False))])
    assert states(goes_on) == ["done", "cut"]


@pytest.mark.parametrize("length", range(1, len(TURN)))
def test_wherever_a_run_ends_nothing_is_left_open(length: int):
    for last in (RunFinished("failed", {}, 1, StreamTruncated("it broke")), Interrupted(), None):
        state = fold(TURN[:length])
        changed = state.end(STOPPED, 9.0) if last is None else state.take(last, 9.0)
        assert not {"open", "closed"} & set(states(state))
        assert not [block for block in state.calls if block.run and block.run.ended is None]
        assert not state.waiting
        if not isinstance(last, Interrupted):
            assert state.end(STOPPED, 10.0) == [] and state.ended == 9.0
            assert state.state == ("stopped" if last is None else "failed")
        assert len(changed) <= 2


def test_events_are_known_by_their_names_and_need_no_beginning():
    class TextDelta:
        index, text = 0, "hello"

    class Unheard:
        pass

    class ToolFinished:
        call, content, is_error = CALL, "seen", False

    class MessageStopped:
        pass

    class RunFinished:
        reason = "end_turn"

    state = fold([(0.1, TextDelta()), (0.2, Unheard())])
    assert (state.blocks[0].text, state.turn) == ("hello", 0)
    own = [MessageStopped(), ToolFinished(), RunFinished()]
    state = fold([*TURN[:12], *((3.1, event) for event in own)])
    (call,) = state.calls
    assert call.run is not None and call.run.seconds == pytest.approx(2.0)
    assert (state.state, state.usage) == ("done", {"input_tokens": 20, "output_tokens": 1})


def test_a_tool_that_could_not_even_start_is_a_moment():
    (call,) = fold([(1.0, ToolFinished(CALL, "no such tool", True, 0.0))]).calls
    assert call.run is not None and (call.name, call.run.state) == ("look", "failed")
    assert (call.run.began, call.run.ended) == (1.0, 1.0)


def test_blocks_of_other_types_have_a_name():
    types = ["redacted_thinking", "server_tool_use", "something_new"]
    state = fold(
        [(0.0, BlockStarted(n, {"type": type, "name": "f"})) for n, type in enumerate(types)]
    )
    assert [(block.kind, block.name) for block in state.blocks] == [
        ("thinking", "redacted"),
        ("call", "f"),
        ("other", "something_new"),
    ]


def test_pieces_are_kept_as_they_came_so_that_a_long_answer_is_never_copied():
    state = fold([(number, TextDelta(0, "word ")) for number in range(1000)])
    (block,) = state.blocks
    assert len(block.pieces) == 1000 and block.text == "word " * 1000


def test_a_time_is_told_as_precisely_as_it_means_something():
    assert [duration(0.0123), duration(0.42), duration(61.25)] == ["12 ms", "0.4 s", "61.2 s"]
