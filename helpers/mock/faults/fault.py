"""What can go wrong, as a value: which kind, where it strikes, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from ..pace import SettingsError, check_number

SLOW_START_SECONDS = 8.0
STALL_SECONDS = 20.0

# The places that have a name. `at_event` and `at_byte` count instead.
PLACES = {
    "middle": "in the middle of the answer",
    "before_headers": "before the status line",
    "inside_character": "inside the first character that takes several bytes",
    "inside_tool_json": "half-way through the input of the first tool call",
    "after_message_delta": "after message_delta, before message_stop",
}
MOST_BYTES = 50_000_000
MOST_PINGS = 100_000


class Kind(NamedTuple):
    """A kind of fault.

    words: what it does, in one sentence for a person.
    takes: the fields that it knows besides kind and times, with their default values.
    """

    words: str
    takes: Mapping[str, Any]


ANYWHERE = {"at": "middle", "at_event": None, "at_byte": None}
ERROR = {"error": "overloaded_error", "message": None}
REFUSAL = {
    "status": 529,
    "error": None,
    "message": None,
    "retry_after": None,
    "retry_after_date": None,
    "retry_after_ms": None,
}
NUMBERED = ANYWHERE | {"status": 429, "message": None}

KINDS: dict[str, Kind] = {
    "close": Kind(
        "Close the connection cleanly in mid-answer; message_stop never comes.", ANYWHERE
    ),
    "reset": Kind("Drop the connection in mid-answer, with a TCP reset.", ANYWHERE),
    "drop": Kind("Close the connection in the middle of the chunked body.", ANYWHERE),
    "stall": Kind(
        "Fall silent in mid-answer for {seconds:g} seconds, then go on.",
        ANYWHERE | {"seconds": STALL_SECONDS, "ping_every": None},
    ),
    "slow_start": Kind(
        "Send message_start on time and everything else {seconds:g} seconds late.",
        {"seconds": SLOW_START_SECONDS},
    ),
    "error": Kind(
        "Send an error event ({error}) in mid-answer, under a status of 200.", ANYWHERE | ERROR
    ),
    "status": Kind("Refuse with status {status} before any event.", REFUSAL),
    "malformed": Kind("Break the JSON of one event.", ANYWHERE),
    "unknown_event": Kind("Send an event of a type that nobody knows yet.", ANYWHERE),
    "unknown_block": Kind("Send a content block of a type that nobody knows yet.", ANYWHERE),
    "unknown_delta": Kind("Send a delta of a type that nobody knows yet.", ANYWHERE),
    "pings": Kind("Send {count:,} pings at once.", ANYWHERE | {"count": 100}),
    "duplicate_stop": Kind("Send the next content_block_stop twice.", ANYWHERE),
    "missing_stop": Kind("Leave the next content_block_stop out.", ANYWHERE),
    "index_gap": Kind("Skip a number in the index of the blocks.", ANYWHERE | {"at_event": 0}),
    "long_line": Kind(
        "Put {size:,} bytes more into one text delta.", ANYWHERE | {"size": 1_000_000}
    ),
    "large_tool_input": Kind(
        "Make the input of the first tool call {size:,} bytes longer.", {"size": 100_000}
    ),
    "crlf": Kind("End lines with CR LF instead of LF.", {}),
    "cr": Kind("End lines with CR instead of LF.", {}),
    "gzip": Kind("Compress the body, if the request accepts gzip.", {"forced": False}),
    # What other servers do differently (quirks.py); each holds for the whole stream.
    "interleaved_calls": Kind("Send the fragments of parallel calls in turn, by index.", {}),
    "ids_missing": Kind("Leave out the ids of tool calls.", {}),
    "ids_empty": Kind("Give tool calls an empty text for an id.", {}),
    "ids_null": Kind("Give tool calls null for an id.", {}),
    "ids_repeated": Kind("Give all tool calls the same id.", {}),
    "ids_renewed": Kind("Give each fragment of a tool call a new id (chat completions).", {}),
    "late_names": Kind("Send a tool call's name after its id (chat completions).", {}),
    "argument_objects": Kind("Give a tool call's arguments as an object, not as text.", {}),
    "finish_stop": Kind("Say stop or end_turn where there are tool calls.", {}),
    "finish_missing": Kind("Give no reason for the end.", {}),
    "finish_unusual": Kind("Give a reason for the end that no API has (eos).", {}),
    "finish_early": Kind("Send the last piece after the finish (chat completions).", {}),
    "no_done": Kind("Leave out the last [DONE] or message_stop.", {}),
    "done_everywhere": Kind("End with [DONE], whatever the API.", {}),
    "empty_data": Kind("Send empty data lines as a sign of life.", {}),
    "bare_ping": Kind("Send pings that hold no JSON.", {}),
    "comments": Kind("Send comments as a sign of life.", {}),
    "start_twice": Kind("Send the first event twice.", {}),
    "text_at_once": Kind("Give text whole: in content_block_start, .done or the finish.", {}),
    "content_parts": Kind("Give content as a list of parts (chat completions).", {}),
    "usage_elsewhere": Kind("Give the usage in another place.", {}),
    "usage_missing": Kind("Give no usage.", {}),
    "cached_beside": Kind("Count more cached tokens than the prompt has (OpenAI).", {}),
    "index_missing": Kind("Leave out every index that is 0.", {}),
    "emoji_halves": Kind("Send the halves of an emoji in two deltas.", {}),
    "reasoning_content": Kind("Think in reasoning_content first (chat completions).", {}),
    "error_number": Kind("Send an error with the number {status} for its code.", NUMBERED),
    "error_line": Kind("Send an error in a line that begins with error:.", NUMBERED),
    "error_bare": Kind("Send an error as bare JSON, without data:.", NUMBERED),
}


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong in an answer.

    kind: a name in KINDS.
    at: where it strikes, a name in PLACES; or at_event: after how many events; or at_byte: after
        how many bytes of the body. Without any, in the middle. A place that an answer hasn't got
        is never reached. Faults of whole events strike at the next one that fits.
    times: how many attempts of one client at the same request it strikes; then they succeed.
        None: all.
    seconds: how long a stall or slow_start lasts.
    ping_every: seconds between the pings of a stall; None for silence.
    status: the HTTP status of a refusal.
    error, message: the API's error type and words; by default those that fit the status.
    retry_after: seconds, for the header retry-after; retry_after_date: the same as an HTTP date,
        so many seconds from now (the one thing here that depends on the day); retry_after_ms:
        milliseconds, for the header retry-after-ms.
    count: how many pings.
    size: how many bytes more.
    forced: compress even when the request doesn't accept it.
    """

    kind: str
    at: str | None = None
    at_event: int | None = None
    at_byte: int | None = None
    times: int | None = None
    seconds: float | None = None
    ping_every: float | None = None
    status: int | None = None
    error: str | None = None
    message: str | None = None
    retry_after: float | None = None
    retry_after_date: float | None = None
    retry_after_ms: float | None = None
    count: int | None = None
    size: int | None = None
    forced: bool | None = None

    def __post_init__(self) -> None:
        if self.kind not in list(KINDS):
            raise SettingsError(f"fault.kind must be one of {', '.join(KINDS)}, not {self.kind!r}.")
        takes = KINDS[self.kind].takes
        for name, value in self._find_set_fields().items():
            if name not in ("kind", "times", *takes):
                raise SettingsError(
                    f"A fault of the kind {self.kind} can't hold {name!r}; "
                    f"it knows {', '.join(['kind', 'times', *takes])}."
                )
            _check(name, value)
        places = [name for name in ANYWHERE if getattr(self, name) is not None]
        if len(places) > 1:
            raise SettingsError(f"fault can strike at one place, not at {' and '.join(places)}.")
        if self.retry_after is not None and self.retry_after_date is not None:
            raise SettingsError("fault can hold retry_after or retry_after_date, not both.")
        default_place = "at_event" if takes.get("at_event") is not None else "at"
        for name, value in takes.items():
            is_place = name in ANYWHERE
            if getattr(self, name) is None and not (is_place and (places or name != default_place)):
                object.__setattr__(self, name, value)

    def to_json(self) -> dict[str, Any]:
        """Return this fault as a JSON object, without what goes without saying."""
        default = Fault(self.kind)
        return {"kind": self.kind} | {
            name: value
            for name, value in self._find_set_fields().items()
            if value != getattr(default, name)
        }

    @classmethod
    def from_json(cls, data: object) -> "Fault":
        """Return the fault that a JSON object says; raises SettingsError if none can be."""
        if not isinstance(data, Mapping):
            raise SettingsError(f"fault must be a name or an object with a kind, not {data!r}.")
        if "kind" not in data:
            raise SettingsError(f"fault needs a kind, one of {', '.join(KINDS)}.")
        names = [field.name for field in fields(cls)]
        for name in data:
            if name not in names:
                raise SettingsError(f"fault can't hold {name!r}; it knows {', '.join(names)}.")
        return cls(**data)

    def _find_set_fields(self) -> dict[str, Any]:
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }


def _check(name: str, value: object) -> None:
    where = f"fault.{name}"
    match name:
        case "at":
            if value not in list(PLACES):
                raise SettingsError(f"{where} must be one of {', '.join(PLACES)}, not {value!r}.")
        case "error" | "message":
            if not isinstance(value, str) or not value:
                raise SettingsError(f"{where} must be text, not {value!r}.")
            try:
                value.encode()
            except UnicodeEncodeError:
                raise SettingsError(f"{where} holds half a character: {value!r}.") from None
        case "forced":
            if not isinstance(value, bool):
                raise SettingsError(f"{where} must be true or false, not {value!r}.")
        case "seconds" | "retry_after" | "retry_after_date":
            check_number(where, value, 0, 3600)
        case "ping_every":
            check_number(where, value, 0.01, 3600)
        case "retry_after_ms":
            check_number(where, value, 0, 3_600_000)
        case "status":
            _check_whole(where, value, 400, 599)
        case "times":
            _check_whole(where, value, 1, 1000)
        case "at_event" | "at_byte":
            _check_whole(where, value, 0, MOST_BYTES)
        case "count":
            _check_whole(where, value, 1, MOST_PINGS)
        case "size":
            _check_whole(where, value, 1, MOST_BYTES)


def _check_whole(where: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise SettingsError(f"{where} must be a whole number from {low} to {high}, not {value!r}.")


# What most people want has a short name.
FAULTS: dict[str, Fault] = {
    "cut": Fault("close"),
    "reset": Fault("reset"),
    "stall": Fault("stall"),
    "overloaded": Fault("error"),
    "529": Fault("status"),
    "slow_start": Fault("slow_start"),
    "api_error": Fault("error", error="api_error"),
    "401": Fault("status", status=401),
    "429": Fault("status", status=429, retry_after=1),
    "500": Fault("status", status=500),
} | {name: Fault(name) for name in KINDS if name not in ("close", "error", "status", "reset")}

FaultSetting = str | Fault | tuple[str | Fault, ...]


def read(value: object) -> FaultSetting | None:
    """Return what the setting `fault` says: null, a name, an object, or a list of them.

    Raises SettingsError if it says something that is not possible.
    """
    match value:
        case None | Fault():
            return value
        case str() if value in FAULTS:
            return value
        case Mapping():
            return Fault.from_json(value)
        case list() | tuple() if value:
            faults: list[str | Fault] = []
            for entry in value:
                fault = None if isinstance(entry, list | tuple) else read(entry)
                if fault is None or isinstance(fault, tuple):
                    raise SettingsError(f"a list in fault must hold faults, not {entry!r}.")
                faults.append(fault)
            return tuple(faults)
    raise SettingsError(
        f"fault must be null, one of {', '.join(FAULTS)}, an object with a kind, or a list of "
        f"these, not {value!r}."
    )


def each(setting: FaultSetting | None) -> tuple[Fault, ...]:
    """Return the faults that a setting names."""
    several = setting if isinstance(setting, tuple) else () if setting is None else (setting,)
    return tuple(FAULTS[one] if isinstance(one, str) else one for one in several)


def write(setting: FaultSetting | None) -> Any:
    """Return the setting as JSON."""
    if isinstance(setting, tuple):
        return [write(one) for one in setting]
    return setting.to_json() if isinstance(setting, Fault) else setting


def words(fault: Fault) -> str:
    """Return what a fault does, for a person, in one sentence."""
    said = KINDS[fault.kind].words.format(**vars(fault))
    more = []
    if fault.at_event is not None and fault.kind != "index_gap":
        more.append(f"after {fault.at_event} events")
    elif fault.at_byte is not None:
        more.append(f"after {fault.at_byte} bytes")
    elif fault.at is not None and fault.at != "middle":
        more.append(PLACES[fault.at])
    if fault.ping_every is not None:
        more.append(f"with a ping every {fault.ping_every:g} s")
    if fault.times is not None:
        more.append("once" if fault.times == 1 else f"{fault.times} times")
    return f"{said[:-1]}: {', '.join(more)}." if more else said
