"""A trace tells what happened, in the words of the conventions, and no more than that."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from helpers.agent import (
    AgentEvent,
    Interrupted,
    MessageStarted,
    MessageStopped,
    Retrying,
    RunFinished,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolStarted,
    TurnFinished,
    TurnStarted,
    UsageUpdated,
    run_agent,
)
from helpers.client import ErrorEvent
from helpers.history import Conversation
from helpers.mock.engine import MockAPI, VirtualClock
from helpers.mock.settings import Settings
from helpers.mock.transport import in_process_transport
from helpers.telemetry import COST, traced, tree
from helpers.tools import tool

HEADERS = {"authorization": "Bearer mock-key", "anthropic-version": "2026-10-21"}
MESSAGE = {"id": "msg_1", "model": "m-1", "content": [], "stop_reason": "end_turn"}
CALL = ToolCall(0, "toolu_1", "get_weather", {"city": "Oslo"}, '{"city": "Oslo"}')


class Tracing:
    """A tracer whose spans can be looked at, and a clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = provider.get_tracer("test")

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def span(self, name: str) -> ReadableSpan:
        (span,) = [span for span in self.spans if span.name == name]
        return span

    async def run(self, *script: AgentEvent | float, **options: Any) -> list[AgentEvent]:
        """Trace events of which each comes at its time; numbers are seconds between them."""

        async def events() -> AsyncGenerator[AgentEvent]:
            for step in script:
                if isinstance(step, float):
                    self.now += step
                else:
                    yield step

        given: dict[str, Any] = {"model": "m", "wall_time": lambda: self.now} | options
        return [event async for event in traced(events(), self.tracer, **given)]


def times(span: ReadableSpan) -> tuple[float, float]:
    assert span.start_time and span.end_time
    return round(span.start_time / 1e9 - 1000, 6), round(span.end_time / 1e9 - 1000, 6)


def read_attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


async def test_one_answer(caplog: pytest.LogCaptureFixture):
    tracing = Tracing()
    script = [
        TurnStarted(1),
        0.25,
        MessageStarted(MESSAGE),
        UsageUpdated({"input_tokens": 5, "cache_read_input_tokens": 20, "output_tokens": 1}),
        0.5,
        TextDelta(0, "Hello"),
        0.25,
        UsageUpdated({"input_tokens": 5, "cache_read_input_tokens": 20, "output_tokens": 7}),
        MessageStopped(MESSAGE),
        TurnFinished(1, MESSAGE, "end_turn"),
        1.0,
        RunFinished("end_turn", {"output_tokens": 7}, 1),
    ]
    events = await tracing.run(
        *script,
        conversation_id="c1",
        agent="Ada",
        request={"max_tokens": 50, "system": "You are Ada."},
        price=lambda model, usage: usage["output_tokens"] / 100,
    )
    assert events == [step for step in script if not isinstance(step, float)]
    chat, run = tracing.span("chat m"), tracing.span("invoke_agent Ada")
    assert read_attributes(chat) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.conversation.id": "c1",
        "gen_ai.agent.name": "Ada",
        "gen_ai.request.model": "m",
        "gen_ai.request.stream": True,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.response.id": "msg_1",
        "gen_ai.response.model": "m-1",
        "gen_ai.response.time_to_first_chunk": 0.25,
        "gen_ai.response.finish_reasons": ("end_turn",),
        "gen_ai.usage.input_tokens": 25,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.output_tokens": 7,
        COST: 0.07,
    }
    assert [(event.name, event.timestamp) for event in chat.events] == [
        ("first_token", 1_000_750_000_000)
    ]
    assert (times(chat), times(run)) == ((0, 1), (0, 2))
    assert (chat.kind, run.kind) == (SpanKind.CLIENT, SpanKind.INTERNAL)
    assert chat.parent and run.context and chat.parent.span_id == run.context.span_id
    assert read_attributes(run)["gen_ai.operation.name"] == "invoke_agent"
    assert read_attributes(run)["gen_ai.response.finish_reasons"] == ("end_turn",)
    assert read_attributes(run)["gen_ai.usage.output_tokens"] == 7
    assert run.status.status_code is StatusCode.UNSET
    assert caplog.records == []  # nothing was told to a span that had ended


async def test_a_failed_request_has_a_span_of_its_own_and_counts():
    tracing = Tracing()
    usage = {"input_tokens": 10, "output_tokens": 2}
    await tracing.run(
        TurnStarted(1),
        0.5,
        MessageStarted(MESSAGE),
        UsageUpdated(usage),
        0.5,
        Retrying(1, 2.0, "overloaded_error in mid-stream: Overloaded", restarts=True),
        2.5,
        MessageStarted(MESSAGE),
        UsageUpdated(usage),
        MessageStopped(MESSAGE),
        RunFinished("end_turn", {}, 1),
        price=lambda model, usage: 0.25,
    )
    failed, good = sorted(
        (span for span in tracing.spans if span.name == "chat m"),
        key=lambda span: span.start_time or 0,
    )
    assert (times(failed), times(good)) == ((0, 1), (3, 3.5))
    assert read_attributes(failed)["error.type"] == "overloaded_error"
    assert failed.status.status_code is StatusCode.ERROR
    assert good.status.status_code is StatusCode.UNSET
    run = tracing.span("invoke_agent")
    assert read_attributes(run)[COST] == 0.5
    assert read_attributes(run)["gen_ai.usage.input_tokens"] == 20


async def test_a_run_that_fails():
    tracing = Tracing()
    error = ErrorEvent("overloaded_error", "Overloaded")
    await tracing.run(TurnStarted(1), 1.0, RunFinished("failed", {}, 1, error))
    for name in ("chat m", "invoke_agent"):
        assert read_attributes(tracing.span(name))["error.type"] == "overloaded_error"
        assert tracing.span(name).status.status_code is StatusCode.ERROR


async def test_a_tool_runs_beside_the_request_that_asked_for_it():
    tracing = Tracing()
    await tracing.run(
        TurnStarted(1),
        MessageStarted(MESSAGE),
        1.0,
        ToolStarted(CALL, "Looking"),
        1.0,
        MessageStopped(MESSAGE),
        1.0,
        ToolFinished(CALL, "No such city", True, 2.0),
        RunFinished("end_turn", {}, 1),
    )
    span, run = tracing.span("execute_tool get_weather"), tracing.span("invoke_agent")
    assert span.parent and run.context and span.parent.span_id == run.context.span_id
    assert times(span) == (1, 3)
    assert read_attributes(span) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.tool.name": "get_weather",
        "gen_ai.tool.call.id": "toolu_1",
        "gen_ai.tool.type": "function",
        "error.type": "tool_error",
    }


async def test_a_tool_that_a_repeated_reply_asks_for_again_has_run_once():
    tracing = Tracing()
    again = ToolCall(0, "toolu_2", CALL.name, CALL.input, CALL.raw)
    for finished_early in (True, False):
        tracing.exporter.clear()
        await tracing.run(
            TurnStarted(1),
            ToolStarted(CALL, ""),
            *([ToolFinished(CALL, "3 degrees", False, 0.0)] if finished_early else []),
            Retrying(1, 0.0, "the connection closed", restarts=True),
            ToolStarted(again, ""),
            ToolFinished(again, "3 degrees", False, 0.0),
            RunFinished("end_turn", {}, 1),
        )
        assert "error.type" not in read_attributes(tracing.span("execute_tool get_weather"))


async def test_a_call_that_could_not_start_is_seen_too():
    tracing = Tracing()
    await tracing.run(ToolFinished(CALL, "There is no such tool.", True, 0.0))
    assert read_attributes(tracing.span("execute_tool get_weather"))["error.type"] == "tool_error"


async def test_an_interruption_ends_the_request_and_one_that_never_went_out_has_no_span():
    tracing = Tracing()
    await tracing.run(
        TurnStarted(1),
        1.0,
        Interrupted(),
        TurnStarted(2),
        Retrying(1, 5.0, "HTTP 529 overloaded_error: Overloaded", restarts=False),
        Interrupted(),
        RunFinished("end_turn", {}, 2),
    )
    assert [span.name for span in tracing.spans] == ["chat m", "chat m", "invoke_agent"]
    assert [event.name for event in tracing.span("invoke_agent").events] == ["interrupted"] * 2


async def test_leaving_closes_the_events_and_ends_every_span():
    tracing = Tracing()
    closed = []

    async def endless() -> AsyncGenerator[AgentEvent]:
        try:
            yield TurnStarted(1)
            yield ToolStarted(CALL, "")
            while True:
                yield TextDelta(0, "a")
        finally:
            closed.append(True)

    async with aclosing(traced(endless(), tracing.tracer, model="m")) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert closed
    assert {span.name for span in tracing.spans} == {
        "invoke_agent",
        "chat m",
        "execute_tool get_weather",
    }
    assert tracing.span("chat m").events[-1].name == "cancelled"


async def test_what_the_events_raise_is_raised_and_recorded():
    tracing = Tracing()

    async def break_off() -> AsyncGenerator[AgentEvent]:
        yield TurnStarted(1)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        async for _ in traced(break_off(), tracing.tracer, model="m"):
            pass
    assert read_attributes(tracing.span("invoke_agent"))["error.type"] == "RuntimeError"


# --- A run of the agent -----------------------------------------------------------------------


async def trace_run(**options: Any) -> Tracing:
    tracing, clock = Tracing(), VirtualClock()

    @tool
    async def get_weather(city: str) -> str:
        """Give the weather in a city.

        Args:
            city: its name.
        """
        await clock.sleep(1.5)
        return f"31 degrees in {city}"

    conversation = Conversation()
    conversation.say("What's the weather in Lagos and Oslo?")
    transport = in_process_transport(httpx, MockAPI(Settings(), clock=clock))
    async with httpx.AsyncClient(
        base_url="http://mock", headers=HEADERS, transport=transport
    ) as http:
        events = run_agent(
            http, conversation, model="offline-mock", tools=[get_weather], clock=clock
        )
        given: dict[str, Any] = {"model": "offline-mock", "wall_time": clock.now} | options
        async for _ in traced(events, tracing.tracer, **given):
            pass
    return tracing


async def test_a_tree_for_a_person_to_read():
    tracing = await trace_run(price=lambda model, usage: usage["output_tokens"] / 1000)
    first, *rest = tree(tracing.spans, seconds=False).split("\n")
    assert first.startswith("invoke_agent  ")
    assert [line.split("  ")[0] for line in rest] == [
        "├─ chat offline-mock",
        "├─ execute_tool get_weather",
        "├─ execute_tool get_weather",
        "└─ chat offline-mock",
    ]
    assert "tool_use" in rest[0] and "tokens · $0." in rest[0] and " s" not in rest[0]
    assert "first chunk after" in tree(tracing.spans)


async def test_two_runs_on_a_clock_that_jumps_give_the_same_tree():
    assert tree((await trace_run()).spans) == tree((await trace_run()).spans)


async def test_what_was_said_stays_out_unless_it_is_asked_for():
    def everything(tracing: Tracing) -> str:
        return " ".join(span.to_json() for span in tracing.spans)

    assert "Lagos" not in everything(await trace_run())
    assert "Lagos" in everything(await trace_run(content=True))


async def test_an_id_that_comes_again_in_a_later_turn_is_another_call():
    tracing = Tracing()
    script: list[AgentEvent | float] = []
    for turn, city in enumerate(("Oslo", "Rome", "Rome"), 1):
        call = ToolCall(0, "call_0", "look", {"city": city}, city)
        done = [ToolFinished(call, "rain", False, 0.5), TurnFinished(turn, MESSAGE, "tool_use")]
        started = [ToolStarted(call, "Looking")] if turn < 3 else []  # the last couldn't start
        script += [TurnStarted(turn), *started, 0.5, *done]
    await tracing.run(*script, RunFinished("end_turn", {}, 3))
    spans = [span for span in tracing.exporter.get_finished_spans() if "look" in span.name]
    assert [times(span) for span in spans] == [(0, 0.5), (0.5, 1), (1.5, 1.5)]
    assert [span.events for span in spans] == [()] * 3


async def test_calls_of_one_turn_with_the_same_id_end_each_for_itself():
    tracing = Tracing()
    calls = [ToolCall(i, "call_0", "look", {"city": city}, city) for i, city in enumerate("ab")]
    started = [ToolStarted(call, "Looking") for call in calls]
    finished = [ToolFinished(call, "rain", False, 0.5) for call in reversed(calls)]
    await tracing.run(
        TurnStarted(1), *started, 0.5, finished[0], 0.5, finished[1], RunFinished("x", {}, 1)
    )
    spans = [span for span in tracing.exporter.get_finished_spans() if "look" in span.name]
    assert [(times(span), span.events) for span in spans] == [((0, 0.5), ()), ((0, 1), ())]
