"""GET /v1/models, GET /v1/models/{id} and POST /v1/messages/count_tokens."""

from typing import Any
from urllib.parse import parse_qsl

from .. import response, rules
from ..chance import fingerprint
from ..errors import invalid
from ..plan import Plan, Request
from ..rules import models
from ..state import State
from . import tokens

MOST = 1000  # models on one page


def list_models(state: State, request: Request) -> Plan:
    """Return one page of the models, newest first."""
    rules.check_headers(request.headers)
    query = dict(parse_qsl(request.query))
    limit = _limit(query.get("limit", "20"))
    served = models.list_models()
    ids = list(served)
    start, end = 0, len(ids)
    if "after_id" in query:
        start = _place(ids, "after_id", query["after_id"]) + 1
    if "before_id" in query:
        end = _place(ids, "before_id", query["before_id"])
        start = max(start, end - limit)
    page = ids[start : min(end, start + limit)]
    more = start > 0 if "before_id" in query else start + limit < end
    body = {
        "data": [describe(served[id]) for id in page],
        "has_more": more,
        "first_id": page[0] if page else None,
        "last_id": page[-1] if page else None,
    }
    return _plan(request, body)


def show_model(state: State, request: Request) -> Plan:
    """Return one model; raises ApiError if there is none of that id."""
    rules.check_headers(request.headers)
    id = request.path.removeprefix("/v1/models/")
    models.check_available(id, request.headers["anthropic-version"])
    return _plan(request, describe(models.of(id)))


def describe(model: models.Facts) -> dict[str, Any]:
    """Return a model as the API lists it."""
    thinking = {
        "supported": True,
        "types": {kind: {"supported": kind in model.thinking} for kind in ("adaptive", "enabled")},
    }
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.name,
        "created_at": f"{model.released.isoformat()}T00:00:00Z",
        "lifecycle": "retired" if model.retired else "active",
        "max_input_tokens": model.context,
        "max_tokens": model.max_output,
        # The rest of what the API says here is about features that nobody plays.
        "capabilities": {"thinking": thinking},
    }


def count_tokens(state: State, http_request: Request) -> Plan:
    """Return the input tokens that a request for a message would have."""
    headers = http_request.headers
    rules.check_size(headers, http_request.body)
    rules.check_headers(headers)
    request = rules.parse(http_request.body)
    rules.check_fields(request, headers, counting=True)
    rules.check_conversation(request, headers)
    return _plan(http_request, {"input_tokens": tokens.count_request(request)})


def _plan(request: Request, body: dict[str, Any]) -> Plan:
    source = fingerprint([request.method, request.path, request.query, request.body.hex()], 0)
    return response.json_plan(200, body, response.request_id(source))


def _limit(text: str) -> int:
    limit = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= limit <= MOST:
        raise invalid(f"limit: Input should be from 1 to {MOST}")  # this wording is not verified
    return limit


def _place(ids: list[str], name: str, id: str) -> int:
    if id not in ids:
        raise invalid(f"{name}: no model has the id {id}")  # nor is this one
    return ids.index(id)
