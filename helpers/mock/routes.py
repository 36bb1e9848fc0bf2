"""Which endpoint answers which path. Routes know the endpoints; no endpoint knows a route."""

from collections.abc import Mapping

from . import control
from .errors import ApiError
from .messages import create, listing
from .openai import chat, responses
from .openai import models as openai_models
from .plan import Request
from .state import Endpoint

MODELS = "/v1/models"
ROUTES: dict[str, dict[str, Endpoint]] = {
    "/v1/messages": {"POST": create.create},
    "/v1/messages/count_tokens": {"POST": listing.count_tokens},
    MODELS: {"GET": listing.list_models},
    "/v1/chat/completions": {"POST": chat.create},
    "/v1/responses": {"POST": responses.create},
    "/mock/settings": {"GET": control.show_settings, "PUT": control.change_settings},
    "/mock/status": {"GET": control.show_status},
    "/mock/break": {"POST": control.break_streams},
}


def find_endpoint(request: Request) -> Endpoint:
    """Return what answers a request; raises ApiError if nothing does."""
    methods = ROUTES.get(request.path)
    if request.path == MODELS and wants_openai(request.headers):
        methods = {"GET": openai_models.list_models}
    elif request.path.startswith(f"{MODELS}/"):
        api = openai_models if wants_openai(request.headers) else listing
        methods = {"GET": api.show_model}
    if methods is None:
        raise ApiError(404, "not_found_error", no_endpoint(request))
    if request.method not in methods:
        raise ApiError(405, "invalid_request_error", "Method Not Allowed")
    return methods[request.method]


def no_endpoint(request: Request) -> str:
    """Return the sentences for an address that nothing answers: what there is instead."""
    known = [f"{method} {path}" for path, methods in ROUTES.items() for method in methods]
    hint = ""
    if "/v1/v1/" in request.path:
        hint = " The address says /v1 twice: leave it out of your client's base URL."
    elif f"/v1{request.path}" in ROUTES:
        hint = f" You may mean /v1{request.path}: put /v1 into your client's base URL."
    return (
        f"Not Found: the offline API has no {request.method} {request.path}.{hint} "
        f"It answers {', '.join(known)} and GET {MODELS}/ID."
    )


def wants_openai(headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from OpenAI's clients, at a path that both APIs have."""
    return (
        "authorization" in headers
        and "x-api-key" not in headers
        and "anthropic-version" not in headers
    )


def speaks_openai(request: Request) -> bool:
    """Tell whether an error that no endpoint gives should have OpenAI's shape."""
    return wants_openai(request.headers) and request.path.startswith("/v1/")
