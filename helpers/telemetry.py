"""A trace of a run: what was asked, what it cost, and where the time went.

    run_agent(...) ──▶ traced(events, tracer) ──▶ the same events
                            └──▶ invoke_agent
                                   ├─ chat claude-…         one for each request, failed ones too
                                   ├─ execute_tool …        beside it, since tools run meanwhile
                                   └─ chat claude-…

Names and attributes are OpenTelemetry's semantic conventions for generative AI, so that any
tool for traces can read them. What was said stays out of a trace unless it is asked for:
traces are kept for long, and read by many.
"""

import json
import re
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

from helpers.agent import (
    AgentEvent,
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
    ToolStarted,
    TurnFinished,
    TurnStarted,
)
from helpers.providers.models import price
from helpers.render.cost import amount, tokens_read
from helpers.render.endings import STOPPED
from helpers.render.run_parts import Request
from helpers.render.run_state import RunState

__all__ = ["COST", "traced", "tree"]

# The conventions know no cost: prices change, and differ from customer to customer.
COST = "app.cost.usd"

# Fields of a request that the conventions know.
REQUEST_FIELDS = {
    "max_tokens": gen_ai.GEN_AI_REQUEST_MAX_TOKENS,
    "temperature": gen_ai.GEN_AI_REQUEST_TEMPERATURE,
    "top_p": gen_ai.GEN_AI_REQUEST_TOP_P,
    "top_k": gen_ai.GEN_AI_REQUEST_TOP_K,
    "stop_sequences": gen_ai.GEN_AI_REQUEST_STOP_SEQUENCES,
}

ERROR_NAME = re.compile(r"\b[a-z_]+_error\b")
UNNAMED_ERROR = "_OTHER"  # the conventions' own word

Price = Callable[[str, Mapping[str, Any]], float | None]


async def traced(
    events: AsyncGenerator[AgentEvent],
    tracer: Tracer,
    *,
    model: str,
    provider: str = "anthropic",
    conversation_id: str | None = None,
    agent: str | None = None,
    request: Mapping[str, Any] | None = None,
    content: bool = False,
    price: Price = price,
    wall_time: Callable[[], float] = time.time,
) -> AsyncGenerator[AgentEvent]:
    """Give an agent's events as they are, and make spans of them on the way.

    Times are those at which events get here: put this next to the agent, and whatever is
    slow behind it. Leaving the generator closes the events, and ends the spans.

    Args:
        events: of one run of the agent.
        tracer: makes the spans; the run is a child of the span that is current now.
        model: the model's id on the wire.
        provider: who serves it, in the conventions' words, such as "openai".
        conversation_id: what the run belongs to.
        agent: the agent's name.
        request: fields of its requests, such as max_tokens.
        content: whether answers, and inputs and results of tools, go into the spans.
        price: tells what a request cost, in US dollars, from its model and usage.
        wall_time: gives seconds since 1970.
    """
    common: dict[str, AttributeValue] = {gen_ai.GEN_AI_PROVIDER_NAME: provider}
    if conversation_id is not None:
        common[gen_ai.GEN_AI_CONVERSATION_ID] = conversation_id
    if agent is not None:
        common[gen_ai.GEN_AI_AGENT_NAME] = agent
    run = _Run(tracer, model, common, request or {}, content, price, wall_time)
    try:
        async with aclosing(events):
            async for event in events:
                run.take(event)
                yield event
    except Exception as error:
        run.span.record_exception(error)
        _fail(run.span, type(error).__name__, str(error))
        raise
    finally:
        run.close()


@dataclass
class _ToolRun:
    """One run of a tool, and the call that it is for."""

    call: ToolCall
    span: Span
    ended: bool = False
    earlier: bool = False  # the reply that asked for it broke off

    def serves(self, call: ToolCall) -> bool:
        """Say whether this run will answer the call of a repeated reply."""
        return self.earlier and (self.call.name, self.call.raw) == (call.name, call.raw)


class _Run:
    """The spans of one run of the agent."""

    def __init__(
        self,
        tracer: Tracer,
        model: str,
        common: dict[str, AttributeValue],
        request: Mapping[str, Any],
        content: bool,
        price: Price,
        wall_time: Callable[[], float],
    ) -> None:
        self.tracer = tracer
        self.model = model
        self.common = common
        self.request = {
            REQUEST_FIELDS[name]: value for name, value in request.items() if name in REQUEST_FIELDS
        }
        self.content = content
        self.price = price
        self.wall_time = wall_time
        self.state = RunState()
        self.chats: dict[int, Span] = {}  # of requests that went out, by their identity
        self.tools: list[_ToolRun] = []
        self.span = self.start("invoke_agent", common.get(gen_ai.GEN_AI_AGENT_NAME), wall_time())

    def take(self, event: AgentEvent) -> None:
        """Take an event of the run."""
        now, before = self.wall_time(), self.state.request
        was_open = before is not None and before.ended is None
        had_begun = before is not None and before.first_token is not None
        self.state.take(event, now)
        request = self.state.request
        # Who waits and who tells the time have two clocks, which may disagree by a little.
        answer = isinstance(event, MessageStarted | Retrying | RunFinished)
        if before is not None and was_open and not isinstance(event, TurnStarted):
            self.start_chat(before, now, answer)
        if request is not None and request is not before:
            self.start_chat(request, now, False)
        chat = self.open_chat(before)
        match event:
            case TurnStarted():
                # Some servers give the same ids in each turn: those of earlier ones mean nothing.
                self.tools = [tool for tool in self.tools if not tool.ended]
            case MessageStarted(message) if chat and before:
                self.take_head(chat, message, now - self.find_start(before, now))
            case TextDelta() | ThinkingDelta() | InputDelta() if chat and before:
                if before.first_token is not None and not had_begun:
                    chat.add_event("first_token", timestamp=_nanoseconds(now))
            case MessageStopped(message) | TurnFinished(message=message) if chat:
                self.take_whole(chat, message)
            case ToolStarted(call):
                self.start_tool(call, now)
            case ToolFinished():
                self.finish_tool(event, now)
            case Retrying(reason=reason, restarts=restarts):
                if chat:
                    found = ERROR_NAME.search(reason)
                    _fail(chat, found[0] if found else UNNAMED_ERROR, reason)
                for tool in self.tools:
                    tool.earlier = tool.earlier or restarts
            case Interrupted():
                self.span.add_event("interrupted", timestamp=_nanoseconds(now))
            case RunFinished(reason, error=error):
                self.span.set_attribute(gen_ai.GEN_AI_RESPONSE_FINISH_REASONS, [reason])
                if error is not None:
                    name = str(getattr(error, "type", type(error).__name__))
                    for span in [self.span, *([chat] if chat else [])]:
                        _fail(span, name, str(error))
        if before is not None and before.ended is not None:
            self.end_chat(before, now)

    def close(self) -> None:
        """End whatever hasn't ended: its reader has left."""
        now = self.wall_time()
        running = [tool.span for tool in self.tools if not tool.ended]
        chat = self.open_chat(self.state.request)
        for span in [*running, *([chat] if chat else [])]:
            span.add_event("cancelled", timestamp=_nanoseconds(now))
        self.state.end(STOPPED, now)
        if self.state.request is not None:
            self.end_chat(self.state.request, now)
        for span in running:
            span.end(_nanoseconds(now))
        costs = [self.cost(request) for request in self.state.requests]
        known = [cost for cost in costs if cost is not None]
        self.tell_usage(
            self.span, self.state.usage, sum(known) if len(known) == len(costs) else None
        )
        self.span.end(_nanoseconds(now))

    # Requests

    def open_chat(self, request: Request | None) -> Span | None:
        """Return the span of a request, if it has one that has not ended."""
        chat = self.chats.get(id(request))
        return chat if chat is not None and chat.is_recording() else None

    def find_start(self, request: Request, now: float) -> float:
        """Return when a request went out."""
        return min(request.began + request.wait, now)

    def start_chat(self, request: Request, now: float, is_answered: bool) -> None:
        """Begin the span of a request, if it has gone out and has none."""
        if id(request) not in self.chats and (is_answered or request.began + request.wait <= now):
            asked = {gen_ai.GEN_AI_REQUEST_STREAM: True, **self.request}
            begun = self.find_start(request, now)
            span = self.start("chat", self.model, begun, SpanKind.CLIENT, asked)
            self.chats[id(request)] = span

    def take_head(self, chat: Span, message: Mapping[str, Any], seconds: float) -> None:
        """Take the head of an answer."""
        chat.set_attribute(gen_ai.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, seconds)
        chat.set_attribute(gen_ai.GEN_AI_RESPONSE_ID, str(message.get("id")))
        chat.set_attribute(gen_ai.GEN_AI_RESPONSE_MODEL, str(message.get("model")))

    def take_whole(self, span: Span, message: Mapping[str, Any]) -> None:
        """Take the whole of an answer."""
        reason = str(message.get("stop_reason"))
        span.set_attribute(gen_ai.GEN_AI_RESPONSE_FINISH_REASONS, [reason])
        if self.content:
            said = [{"role": "assistant", "parts": message.get("content"), "finish_reason": reason}]
            span.set_attribute(gen_ai.GEN_AI_OUTPUT_MESSAGES, json.dumps(said))

    def cost(self, request: Request) -> float | None:
        """Return what a request cost; None if its price isn't known."""
        return self.price(self.model, request.usage) if request.usage else 0.0

    def end_chat(self, request: Request, now: float) -> None:
        """End the span of a request, if it has one that is open."""
        if chat := self.open_chat(request):
            self.tell_usage(chat, request.usage, self.cost(request))
            chat.end(_nanoseconds(now))

    # Tools

    def start_tool(self, call: ToolCall, now: float) -> _ToolRun:
        """Begin the span of a tool, unless it runs already."""
        for tool in self.tools:
            if tool.serves(call):
                tool.call, tool.earlier = call, False
                return tool
        named = {
            gen_ai.GEN_AI_TOOL_NAME: call.name,
            gen_ai.GEN_AI_TOOL_CALL_ID: call.id,
            gen_ai.GEN_AI_TOOL_TYPE: "function",
        }
        if self.content:
            named[gen_ai.GEN_AI_TOOL_CALL_ARGUMENTS] = call.raw
        span = self.start("execute_tool", call.name, now, SpanKind.INTERNAL, named)
        self.tools.append(_ToolRun(call, span))
        return self.tools[-1]

    def finish_tool(self, event: ToolFinished, now: float) -> None:
        """End the span of a tool; one that could not even start gets one all the same."""
        found = [tool for tool in self.tools if tool.call.id == event.call.id]
        found.sort(key=lambda tool: (tool.call != event.call, tool.ended))
        tool = found[0] if found else self.start_tool(event.call, now)
        if tool.ended:  # told again for a repeated reply
            return
        if self.content:
            told = json.dumps(event.content)
            tool.span.set_attribute(gen_ai.GEN_AI_TOOL_CALL_RESULT, told)
        if event.is_error:
            _fail(tool.span, "tool_error", "")
        tool.span.end(_nanoseconds(now))
        tool.ended = True

    # Spans

    def start(
        self,
        operation: str,
        of: object,
        begun: float,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Span:
        """Begin a span: the first one is the run's, and the others are its children."""
        parent = getattr(self, "span", None)
        model = {} if operation == "execute_tool" else {gen_ai.GEN_AI_REQUEST_MODEL: self.model}
        return self.tracer.start_span(
            f"{operation} {of}" if of else operation,
            context=trace.set_span_in_context(parent) if parent else None,
            kind=kind,
            attributes={
                gen_ai.GEN_AI_OPERATION_NAME: operation,
                **self.common,
                **model,
                **(attributes or {}),
            },
            start_time=_nanoseconds(begun),
        )

    def tell_usage(self, span: Span, counts: Mapping[str, int], cost: float | None) -> None:
        """Write down what the API counted, and what that costs."""
        if counts:
            # The conventions count what came from the cache in; this API doesn't.
            span.set_attribute(gen_ai.GEN_AI_USAGE_INPUT_TOKENS, tokens_read(counts))
            span.set_attribute(gen_ai.GEN_AI_USAGE_OUTPUT_TOKENS, counts.get("output_tokens", 0))
            for name, attribute in (
                ("cache_creation_input_tokens", gen_ai.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS),
                ("cache_read_input_tokens", gen_ai.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
            ):
                if counts.get(name):
                    span.set_attribute(attribute, counts[name])
        if cost is not None:
            span.set_attribute(COST, cost)


def _fail(span: Span, name: str, description: str) -> None:
    span.set_attribute(ERROR_TYPE, name)
    span.set_status(StatusCode.ERROR, description)


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)


def tree(spans: Iterable[ReadableSpan], *, seconds: bool = True) -> str:
    """Return finished spans as a tree for a person to read, in the order of their beginnings.

    Args:
        spans: of one trace or several, such as an exporter in memory has.
        seconds: whether to say when each began and ended, from the beginning of its root.
    """
    spans = sorted(spans, key=lambda span: span.start_time or 0)
    known = {span.context.span_id for span in spans if span.context}
    children: dict[int, list[ReadableSpan]] = {}
    for span in spans:
        parent = span.parent.span_id if span.parent and span.parent.span_id in known else 0
        children.setdefault(parent, []).append(span)
    lines: list[tuple[str, str, str]] = []

    def grow(span: ReadableSpan, root: ReadableSpan, first: str, others: str) -> None:
        lines.append((first + span.name, _times(span, root), _facts(span, seconds)))
        below = children.get(span.context.span_id if span.context else 0, [])
        for child in below:
            last = child is below[-1]
            grow(
                child,
                root,
                others + ("└─ " if last else "├─ "),
                others + ("   " if last else "│  "),
            )

    for root in children.get(0, []):
        grow(root, root, "", "")
    name_width = max((len(name) for name, _, _ in lines), default=0)
    time_width = max((len(times) for _, times, _ in lines), default=0)
    return "\n".join(
        f"{name:{name_width}}  {f'{times:>{time_width}}  ' if seconds else ''}{facts}".rstrip()
        for name, times, facts in lines
    )


def _times(span: ReadableSpan, root: ReadableSpan) -> str:
    zero = root.start_time or 0
    begun, ended = ((at or zero) - zero for at in (span.start_time, span.end_time))
    return f"{begun / 1e9:.2f} – {ended / 1e9:.2f} s"


def _facts(span: ReadableSpan, seconds: bool) -> str:
    """Return what a span's attributes say that is worth a look."""
    told: Mapping[str, Any] = span.attributes or {}
    facts = []
    if gen_ai.GEN_AI_USAGE_INPUT_TOKENS in told:
        read = told[gen_ai.GEN_AI_USAGE_INPUT_TOKENS]
        facts.append(f"{read:,} → {told[gen_ai.GEN_AI_USAGE_OUTPUT_TOKENS]:,} tokens")
    if told.get(COST):
        facts.append(amount(told[COST]))
    facts += told.get(gen_ai.GEN_AI_RESPONSE_FINISH_REASONS, ())
    first = told.get(gen_ai.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK)
    if seconds and first is not None:
        facts.append(f"first chunk after {first:.2f} s")
    if ERROR_TYPE in told:
        facts.append(f"✕ {told[ERROR_TYPE]}")
    facts += [event.name for event in span.events if event.name in ("cancelled", "interrupted")]
    return " · ".join(facts)
