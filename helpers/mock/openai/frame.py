"""What OpenAI's two endpoints share: keys, errors, ids and headers in OpenAI's own shape.

The answers come from the same scenarios and break by the same faults as those of the Messages
API; openai_chat.py and openai_responses.py tell them in other words. Nothing of this was
checked against the live API: shapes are those of the official SDK and of published captures,
error messages those that people quote.
"""

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .. import delivery, rules
from ..chance import BASE62, below, dice, fingerprint, identifier
from ..errors import ApiError
from ..faults import refusal
from ..messages import answer as scenarios
from ..messages import message
from ..messages.message import Reply
from ..plan import Plan, Request, TimedBytes
from ..response import EVENT_STREAM, json_plan
from ..settings import Settings

if TYPE_CHECKING:
    from ..engine import MockAPI

Handler = Callable[["MockAPI", Request], Plan]
InStream = Callable[[dict[str, Any], int], bytes]

MODELS = re.compile(r"offline-mock|(ft:)?(chatgpt-|gpt-|o)[\w.:-]*")
# The real one counts seconds since 1970; a fixed one keeps the answer the same on every day.
CREATED = 1_767_225_600  # 2026-01-01T00:00:00Z
NO_LIMIT = 128_000  # tokens of an answer when the request names no limit
BLOCK = 16  # obfuscation fills up to a multiple of this many characters

MISSING_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header "
    "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with "
    "blank username) if you're accessing the API from your browser and are prompted for a "
    "username and password."
)
NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
    "your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was "
    "not valid JSON.)"
)
# The Messages API's errors as OpenAI has them: type, code, and the words of its documentation.
ERRORS = {
    "api_error": (
        "server_error",
        None,
        "The server had an error while processing your request. Sorry about that!",
    ),
    "overloaded_error": (
        "server_error",
        "server_is_overloaded",
        "The engine is currently overloaded, please try again later.",
    ),
    "timeout_error": ("server_error", None, "Request timed out."),
    "rate_limit_error": ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "authentication_error": (
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided.",
    ),
    "billing_error": (
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
}
# An event that a fault has put into a stream, as faults write it: in the Messages API's words.
FROM_A_FAULT = re.compile(rb"event: (error|ping|future_event)\n")
# A tool's result carries no mark of failure here: only its words say so.
FAILED = re.compile(r'\s*(\{\s*"error"|error\b|traceback\b)', re.IGNORECASE)

write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class OpenAIError(ApiError):
    """A request is refused as OpenAI refuses it.

    param: the part of the request that is wrong, or None.
    code: what is wrong with it, in one word for programs, or None.
    """

    def __init__(
        self,
        message: str,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        type: str = "invalid_request_error",
    ) -> None:
        super().__init__(status, type, message)
        self.param = param
        self.code = code


def missing(name: str) -> OpenAIError:
    """Return the error for a request that lacks something."""
    return OpenAIError(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")


def expect(name: str, value: object, kind: str) -> None:
    """Raise OpenAIError unless a value of the request is of this kind, a name in KINDS."""
    if not KINDS[kind](value):
        raise OpenAIError(
            f"Invalid type for '{name}': expected {kind}, but got {describe(value)} instead.",
            name,
            "invalid_type",
        )


def expect_number(name: str, value: object, low: int, high: int | None = None) -> None:
    """Raise OpenAIError unless a value of the request is a whole number in these bounds."""
    expect(name, value, "an integer")
    assert isinstance(value, int)
    if value < low:
        side, word, bound = "below minimum", "min", f">= {low}"
    elif high is not None and value > high:
        side, word, bound = "above maximum", "max", f"<= {high}"
    else:
        return
    raise OpenAIError(
        f"Invalid '{name}': integer {side} value. Expected a value {bound}, "
        f"but got {value} instead.",
        name,
        "integer_" + ("below_min_value" if word == "min" else "above_max_value"),
    )


def expect_one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raise OpenAIError unless a value of the request is one of these words."""
    expect(name, value, "a string")
    if value not in known:
        words = [f"'{word}'" for word in known]
        options = f"{', '.join(words[:-1])}, and {words[-1]}" if len(words) > 1 else words[0]
        raise OpenAIError(
            f"Invalid value: '{value}'. Supported values are: {options}.", name, "invalid_value"
        )


def expect_entries(name: str, value: object) -> None:
    """Raise OpenAIError unless a value of the request is a list of objects that isn't empty."""
    expect(name, value, "an array of objects")
    if not value:
        raise OpenAIError(
            f"Invalid '{name}': empty array. Expected an array with minimum length 1, "
            "but got an empty array instead.",
            name,
            "empty_array",
        )
    assert isinstance(value, list)
    for index, entry in enumerate(value):
        expect(f"{name}[{index}]", entry, "an object")


def describe(value: object) -> str:
    """Return what kind of JSON value this is."""
    if value is None:
        return "null"
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        return "an array of objects"
    plain = ("a boolean", "an integer", "a decimal", "a string", "an array", "an object")
    return next(kind for kind in plain if KINDS[kind](value))


KINDS: dict[str, Callable[[object], bool]] = {
    "a boolean": lambda value: isinstance(value, bool),
    "an integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "a decimal": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "a string": lambda value: isinstance(value, str),
    "an object": lambda value: isinstance(value, dict),
    "an array": lambda value: isinstance(value, list),
    "an array of objects": lambda value: isinstance(value, list),
    "one of a string or array of objects": lambda value: isinstance(value, str | list),
}


def endpoint(answer: Handler) -> Handler:
    """Make a handler refuse as OpenAI does: no key, or what `answer` raises."""

    @functools.wraps(answer)
    def create(api: "MockAPI", request: Request) -> Plan:
        try:
            check_key(request.headers)
            check_size(request)
            return answer(api, request)
        except ApiError as error:
            source = fingerprint([request.path, request.body.hex()], api.settings.seed)
            return error_plan(error, source)

    return create


def check_key(headers: Mapping[str, str]) -> None:
    """Raise OpenAIError unless there is a key where OpenAI wants it.

    Any key will do, but one with the word "invalid" in it: that is how a wrong key is tried.
    """
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise OpenAIError(MISSING_KEY, status=401)
    if "invalid" in key.lower():
        raise OpenAIError("Incorrect API key provided.", None, "invalid_api_key", 401)


def check_size(request: Request) -> None:
    """Raise OpenAIError if a request is too large; OpenAI names no limit, so it is the same."""
    try:
        rules.check_size(request.headers, request.body)
    except ApiError as error:
        raise OpenAIError(error.message, status=error.status) from None


def read(body: bytes) -> dict[str, Any]:
    """Return the request in a body, its model checked; raises OpenAIError."""
    try:
        request = rules.parse(body)
    except ApiError:
        raise OpenAIError(NOT_JSON) from None
    model = request.get("model")
    if not model:
        raise OpenAIError("you must provide a model parameter")
    expect("model", model, "a string")
    check_model(model)
    return request


def check_model(id: str) -> None:
    """Raise OpenAIError unless there is a model of this id."""
    if not MODELS.fullmatch(id):
        hint = " It is asked at /v1/messages." if id.startswith("claude-") else ""
        raise OpenAIError(
            f"The model `{id}` does not exist or you do not have access to it.{hint}",
            code="model_not_found",
            status=404,
        )


def check_streaming(request: dict[str, Any]) -> None:
    """Raise OpenAIError unless what a request says of streaming makes sense."""
    if request.get("stream") is not None:
        expect("stream", request["stream"], "a boolean")
    options = request.get("stream_options")
    if options is None:
        return
    if not request.get("stream"):
        raise OpenAIError(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
        )
    expect("stream_options", options, "an object")
    for name, value in options.items():
        if value is not None:
            expect(f"stream_options.{name}", value, "a boolean")


def wants_obfuscation(request: dict[str, Any]) -> bool:
    """Tell whether a streamed answer to this request is padded; by default it is."""
    return (request.get("stream_options") or {}).get("include_obfuscation") is not False


def obfuscation(length: int, numbers: Random) -> str:
    """Return the random text that fills `length` characters up to the end of their block.

    It hides how long each token is from someone who sees only the sizes of encrypted chunks.
    """
    return "".join(BASE62[below(numbers, 62)] for _ in range(-length % BLOCK))


def hex_id(numbers: Random, prefix: str, length: int) -> str:
    """Return an id of OpenAI's newer kind: the prefix and hexadecimal digits."""
    return prefix + "".join(f"{below(numbers, 16):x}" for _ in range(length))


def call_id(source: str, number: int) -> str:
    """Return the id of a tool call, counted through the answer."""
    return identifier(dice(source, f"call {number}"), "call_", 24)


def tool_result(call: str, text: str) -> dict[str, Any]:
    """Return what a tool gave back as the Messages API has it."""
    failed = {"is_error": True} if FAILED.match(text) else {}
    return {"type": "tool_result", "tool_use_id": call, "content": text} | failed


def thinking_of(effort: object, summary: object = None) -> dict[str, Any]:
    """Return what a request says of reasoning as the Messages API has it."""
    if effort in ("none", "minimal") or not (effort or summary):
        return {}
    return {"thinking": {"type": "adaptive", "display": "summarized" if summary else "omitted"}}


def arguments_of(text: object) -> dict[str, Any]:
    """Return the arguments that a call carries as JSON; none if they aren't an object."""
    try:
        arguments = json.loads(str(text))
    except (ValueError, RecursionError):
        return {}
    return arguments if isinstance(arguments, dict) else {}


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
    api: "MockAPI", http_request: Request, request: dict[str, Any], conversation: dict[str, Any]
) -> Answer:
    """Return the answer to a checked request; raises ApiError if its settings can't be.

    conversation: the same request as the Messages API would have it.
    """
    changes = scenarios.settings_for(api.scenarios, conversation)
    settings = api.settings_for(http_request, changes)
    # Streamed or not, the same question gets the same answer.
    how = ("stream", "stream_options")
    question = {name: value for name, value in request.items() if name not in how}
    source = fingerprint([http_request.path, question], settings.seed)
    parts = scenarios.answer(api.scenarios, conversation)
    reply = message.compose(parts, conversation, source)
    times = settings.pace.token_times(reply.output_tokens, dice(source, "pace"))
    return Answer(reply, times, settings, source)


def deliver(
    api: "MockAPI",
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
    return delivery.deliver(api, http_request, answer.settings, plan, answer.source, tokens, retell)


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


def as_openai_error(error: dict[str, Any], status: int = 500) -> OpenAIError:
    """Return an error of the Messages API as one of OpenAI's."""
    same = ("invalid_request_error", None, error["message"])
    kind, code, words = ERRORS.get(error["type"], same)
    if error["message"] != refusal.words_of(error["type"]):
        words = error["message"]  # someone chose the words
    # OpenAI has no status 529; it answers 503 when it is overloaded.
    return OpenAIError(words, None, code, 503 if status == 529 else status, kind)


def error_object(error: ApiError) -> dict[str, Any]:
    """Return what an error says, in OpenAI's four fields."""
    return {
        "message": error.message,
        "type": error.type,
        "param": getattr(error, "param", None),
        "code": getattr(error, "code", None),
    }


def error_plan(error: ApiError, source: str) -> Plan:
    """Return an error response in OpenAI's shape."""
    plan = json_plan(error.status, {"error": error_object(error)}, "")
    return replace(plan, headers=openai_headers(plan.headers, source))


def openai_headers(headers: list[tuple[str, str]], source: str) -> list[tuple[str, str]]:
    """Return headers with OpenAI's own in place of the Messages API's."""
    kept = [
        (name, value)
        for name, value in headers
        if not name.startswith("anthropic-") and name not in ("request-id", "cache-control")
    ]
    limits = {"requests": 10_000, "tokens": 2_000_000}
    return [
        *kept,
        ("openai-organization", "offline-mock"),
        ("openai-processing-ms", "20"),
        ("openai-version", "2020-10-01"),
        *((f"x-ratelimit-limit-{name}", str(limit)) for name, limit in limits.items()),
        *((f"x-ratelimit-remaining-{name}", str(limit)) for name, limit in limits.items()),
        *((f"x-ratelimit-reset-{name}", "0s") for name in limits),
        ("x-request-id", hex_id(dice(source, "request-id"), "req_", 32)),
    ]


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


LISTED = ("offline-mock", "gpt-5.1", "gpt-4o", "o4-mini")


def describe_model(id: str) -> dict[str, Any]:
    """Return a model as OpenAI lists it."""
    return {"id": id, "object": "model", "created": CREATED, "owned_by": "offline-mock"}


@endpoint
def show_openai_model(api: "MockAPI", request: Request) -> Plan:
    """Return one model; raises OpenAIError if there is none of that id."""
    id = unquote(request.path.removeprefix("/v1/models/"))
    check_model(id)
    plan = json_plan(200, describe_model(id), "")
    source = fingerprint([request.method, request.path], 0)
    return replace(plan, headers=openai_headers(plan.headers, source))


@endpoint
def list_openai_models(api: "MockAPI", request: Request) -> Plan:
    """Return the models that these endpoints list; any other gpt-... or o... is answered too."""
    models = [describe_model(id) for id in LISTED]
    plan = json_plan(200, {"object": "list", "data": models}, "")
    source = fingerprint([request.method, request.path], 0)
    return replace(plan, headers=openai_headers(plan.headers, source))
