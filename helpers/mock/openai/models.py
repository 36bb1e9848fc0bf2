"""GET /v1/models and GET /v1/models/{id} for OpenAI's clients, and which models there are."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ..chance import fingerprint
from ..plan import Plan, Request
from ..response import json_plan
from ..rules.models import DEFAULT_OPENAI
from ..state import State
from .errors import OpenAIError, openai_headers
from .frame import endpoint

MODELS = re.compile(r"offline-mock|(ft:)?(chatgpt-|gpt-|o)[\w.:-]*")
LISTED = ("offline-mock", DEFAULT_OPENAI, "gpt-5.1", "gpt-4o", "o4-mini")
# The real one counts seconds since 1970; a fixed one keeps the answer the same on every day.
CREATED = 1_767_225_600  # 2026-01-01T00:00:00Z


def check_model(id: str) -> None:
    """Raise OpenAIError unless there is a model of this id."""
    if not MODELS.fullmatch(id):
        hint = " It is asked at /v1/messages." if id.startswith("claude-") else ""
        raise OpenAIError(
            f"The model `{id}` does not exist or you do not have access to it.{hint}",
            code="model_not_found",
            status=404,
        )


def describe_model(id: str) -> dict[str, Any]:
    """Return a model as OpenAI lists it."""
    return {"id": id, "object": "model", "created": CREATED, "owned_by": "offline-mock"}


@endpoint
def show_model(state: State, request: Request) -> Plan:
    """Return one model; raises OpenAIError if there is none of that id."""
    id = unquote(request.path.removeprefix("/v1/models/"))
    check_model(id)
    plan = json_plan(200, describe_model(id), "")
    source = fingerprint([request.method, request.path], 0)
    return replace(plan, headers=openai_headers(plan.headers, source))


@endpoint
def list_models(state: State, request: Request) -> Plan:
    """Return the models that these endpoints list; any other gpt-... or o... is answered too."""
    models = [describe_model(id) for id in LISTED]
    plan = json_plan(200, {"object": "list", "data": models}, "")
    source = fingerprint([request.method, request.path], 0)
    return replace(plan, headers=openai_headers(plan.headers, source))
