"""The answer of the Messages API as both endpoints need it, and its way onto the wire.

It comes from the same scenarios and breaks by the same faults; chat.py and responses.py tell
it in other words.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from .. import delivery
from ..chance import BASE62, below, dice, fingerprint, identifier
from ..messages import answer as content
from ..messages import message
from ..messages.message import Reply
from ..plan import Plan, Request, TimedBytes
from ..response import EVENT_STREAM, json_plan
from ..settings import Settings
from ..state import State
from .errors import as_openai_error, error_plan, openai_headers

InStream = Callable[[dict[str, Any], int], bytes]
BLOCK = 16  # obfuscation fills up to a multiple of this many characters
# An event that a fault has put into a stream, as faults write it: in the Messages API's words.
FROM_A_FAULT = re.compile(rb"event: (error|ping|future_event)\n")
REFUSAL = "I'm sorry, but I can't help with that."
write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True)
class Answer:
    """What is answered to a request, before it is told in the words of an endpoint.

    times: when each token is written, and when the answer ends (Pace.token_times).
    source: what ids and padding are drawn from (chance.fingerprint).
    """

    reply: Reply
    times: list[float]
    settings: Settings
    source: str


def answer(
    state: State, http_request: Request, request: dict[str, Any], conversation: dict[str, Any]
) -> Answer:
    """Return the answer to a checked request; raises ApiError if its settings can't be.

    conversation: the same request as the Messages API would have it.
    """
    changes = content.settings_for(state.scenarios, conversation)
    settings = state.settings_for(http_request, changes)
    # Streamed or not, the same question gets the same answer.
    how = ("stream", "stream_options")
    question = {name: value for name, value in request.items() if name not in how}
    source = fingerprint([http_request.path, question], settings.seed)
    parts = content.answer(state.scenarios, conversation)
    reply = message.compose(parts, conversation, source)
    times = settings.pace.token_times(reply.output_tokens, dice(source, "pace"))
    return Answer(reply, times, settings, source)


def deliver(
    state: State,
    http_request: Request,
    answer: Answer,
    told: Callable[[], Iterator[TimedBytes]] | dict[str, Any],
    in_stream: InStream,
) -> Plan:
    """Return the plan of an answer, with the faults and the chunking that its settings want.

    told: makes the events of a streamed answer, or is the whole one.
    in_stream: writes an event of the Messages API that a fault has put among the others, and
        gets how many of the answer's own were before it.
    """
    if isinstance(told, dict):
        plan = json_plan(200, told, "", at=answer.times[-1])
    else:
        plan = Plan(200, [("content-type", EVENT_STREAM)], told)

    def retell(broken: Plan) -> Plan:
        return in_openai_words(broken, answer.source, in_stream)

    tokens = answer.reply.output_tokens
    return delivery.deliver(
        state, http_request, answer.settings, plan, answer.source, tokens, retell
    )


def in_openai_words(plan: Plan, source: str, in_stream: InStream) -> Plan:
    """Return a plan whose headers and errors are OpenAI's instead of the Messages API's."""
    if plan.status >= 400:
        body = json.loads(b"".join(chunk.data for chunk in plan.chunks))
        refused = error_plan(as_openai_error(body["error"], plan.status), source)
        kept = [(name, value) for name, value in plan.headers if name.startswith("retry-after")]
        return replace(refused, headers=refused.headers + kept)

    def render() -> Iterator[TimedBytes]:
        sent = 0
        for chunk in plan.chunks:
            if FROM_A_FAULT.match(chunk.data):
                event = json.loads(chunk.data.split(b"data: ", 1)[1])
                yield TimedBytes(chunk.at, in_stream(event, sent))
            else:
                sent += 1
                yield chunk

    return replace(plan, headers=openai_headers(plan.headers, source), render=render)


def wants_obfuscation(request: dict[str, Any]) -> bool:
    """Tell whether a streamed answer to this request is padded; by default it is."""
    return (request.get("stream_options") or {}).get("include_obfuscation") is not False


def obfuscation(length: int, numbers: Random) -> str:
    """Return the random text that fills `length` characters up to the end of their block.

    It hides how long each token is from someone who sees only the sizes of encrypted chunks.
    """
    return "".join(BASE62[below(numbers, 62)] for _ in range(-length % BLOCK))


def call_id(source: str, number: int) -> str:
    """Return the id of a tool call, counted through the answer."""
    return identifier(dice(source, f"call {number}"), "call_", 24)


def reasoning_tokens(reply: Reply) -> int:
    """Return the tokens that went into thinking."""
    return sum(block.thinking_tokens for block in reply.blocks)


def refuses(reply: Reply) -> bool:
    """Tell whether the model refuses from the start, in words of its own.

    A refusal after some text is the filter's: here content_filter, without a word.
    """
    kinds = [block.opening["type"] for block in reply.blocks]
    return reply.stop_reason == "refusal" and "text" not in kinds


def explanation(reply: Reply) -> str:
    """Return why the model refused."""
    return (reply.stop_details or {}).get("explanation") or REFUSAL
