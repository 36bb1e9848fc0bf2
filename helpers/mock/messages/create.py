"""POST /v1/messages: the endpoint that everything here is about."""

from collections.abc import Mapping
from typing import Any

from .. import response, rules
from ..chance import dice, fingerprint
from ..delivery import deliver
from ..plan import Plan, Request
from ..rules.envelope import betas
from ..state import State
from . import events, message
from .answer import answer
from .answer import settings_for as scenario_settings

FINE_GRAINED = "fine-grained-tool-streaming-2025-05-14"


def create(state: State, http_request: Request) -> Plan:
    """Return the answer to a request for a message, streamed or whole.

    Raises ApiError if the API would refuse it.
    """
    settings = state.settings_for(http_request)
    headers = http_request.headers
    rules.check_size(headers, http_request.body)
    rules.check_headers(headers)
    sent = rules.parse(http_request.body)
    rules.check_fields(sent, headers)
    request = state.threads.whole(sent, state.clock.now())
    rules.check_conversation(request, headers)
    if changes := scenario_settings(state.scenarios, request):
        settings = state.settings_for(http_request, changes)
    # Streamed or not, the same question gets the same message.
    question = {name: value for name, value in request.items() if name != "stream"}
    source = fingerprint(question, settings.seed)
    parts = answer(state.scenarios, drop_system_messages(request))
    reply = message.compose(parts, with_eager_tools(request, headers), source)
    if sent.get("thread") is not None:
        content = message.to_json(reply)["content"]
        state.threads.keep(reply.id, request, content, state.clock.now())
    times = settings.pace.token_times(reply.output_tokens, dice(source, "pace"))
    request_id = response.request_id(source)
    if request.get("stream"):
        plan = Plan(
            200,
            response.headers(response.EVENT_STREAM, request_id),
            lambda: events.stream(reply, times, dice(source, "padding")),
        )
    else:
        plan = response.json_plan(200, message.to_json(reply), request_id, at=times[-1])
    return deliver(state, http_request, settings, plan, source, reply.output_tokens)


def with_eager_tools(request: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the request with eager tools if its header asks for that, as it did in the beta.

    What a tool says itself counts more than the header.
    """
    if FINE_GRAINED not in betas(headers) or not request.get("tools"):
        return request
    return request | {"tools": [{"eager_input_streaming": True} | t for t in request["tools"]]}


def drop_system_messages(request: dict[str, Any]) -> dict[str, Any]:
    """Return the request without what the system says between the messages.

    It is taken and, like the system prompt, changes nothing about the answer.
    """
    said = [message for message in request["messages"] if message["role"] != "system"]
    return request | {"messages": said}
