"""What comes back of `sse`, and the mistakes that it shows."""

import inspect
import json
from typing import Any

from helpers.lessons.checking.case import Misconception, Outcome

# What came back, in a form to compare


def is_event(value: object) -> bool:
    """Whether a value has the attributes of an event, whatever its class."""
    return hasattr(value, "event") and hasattr(value, "data")


def alike(value: Any) -> Any:
    """Return a value with each event in it as one that compares with every other."""
    if isinstance(value, list):
        return [alike(item) for item in value]
    if is_event(value):
        # Behind a mark, because a plain tuple is no event: later code asks for `.data`.
        return "event", [value.event, value.data, getattr(value, "id", "") or ""]
    return value


def same_events(returned: Any, expected: Any) -> bool:
    """Whether both are the same events in the same lists."""
    return bool(alike(returned) == alike(expected))


def events(value: object) -> list[Any]:
    """Return the events in what came back, in order, whichever call gave them."""
    if isinstance(value, list):
        return [event for item in value for event in events(item)]
    return [value] if is_event(value) else []


def names(out: Outcome) -> list[Any]:
    """The name of each event that came back."""
    return [event.event for event in events(out.returned)]


def data(out: Outcome) -> list[Any]:
    """The data of each event that came back."""
    return [event.data for event in events(out.returned)]


def ids(out: Outcome) -> list[Any]:
    """The id of each event that came back."""
    return [getattr(event, "id", "") for event in events(out.returned)]


def due_data(out: Outcome) -> list[str]:
    """The data of each event that was expected."""
    return [event.data for event in events(out.expected)]


def too_many(out: Outcome) -> bool:
    """Whether more events came back than the stream holds."""
    return len(events(out.returned)) > len(events(out.expected))


def comes_back(out: Outcome) -> bool:
    """Whether `feed` came to its end: no exception, no deadline."""
    return out.error is None and not out.timed_out


# Mistakes in what `feed` returns


IS_A_GENERATOR = Misconception(
    id="is-a-generator",
    about=("yields-where-return",),
    matches=lambda out: inspect.isgenerator(out.returned),
)
RETURNS_ONE_EVENT = Misconception(
    id="returns-one-event",
    matches=lambda out: is_event(out.returned),
)
RETURNS_NONE = Misconception(
    id="returns-none-for-no-events",
    matches=lambda out: None in out.returned,
)
WITHOUT_ATTRIBUTES = Misconception(
    id="event-without-attributes",
    matches=lambda out: any(
        (type(event) is tuple and len(event) > 1) or (isinstance(event, dict) and "data" in event)
        for event in out.returned
    ),
)
PARSES_JSON = Misconception(
    id="parses-json",
    matches=lambda out: (
        isinstance(out.error, json.JSONDecodeError)
        if out.error
        else any(isinstance(value, (dict, list)) for value in [*out.returned, *data(out)])
    ),
)
LEAVES_BYTES = Misconception(
    id="leaves-bytes",
    matches=lambda out: any(isinstance(value, bytes) for value in names(out) + data(out)),
)
MIXES_BYTES_AND_TEXT = Misconception(
    id="mixes-bytes-and-text",
    about=(TypeError,),
    matches=lambda out: isinstance(out.error, TypeError) and "bytes" in str(out.error),
)
SPLITS_AT_EVERY_COLON = Misconception(
    id="splits-at-every-colon",
    matches=lambda out: (
        "too many values" in str(out.error)
        if out.error
        else data(out)[0] in [piece.strip() for piece in due_data(out)[0].split(":")]
    ),
)
KEEPS_THE_SPACE = Misconception(
    id="keeps-the-space",
    matches=lambda out: data(out)[0] == " " + due_data(out)[0] or names(out)[0][:1] == " ",
)
EXPECTS_A_COLON = Misconception(
    id="expects-a-colon",
    matches=lambda out: (
        isinstance(out.error, IndexError)
        or any(words in str(out.error) for words in ("values to unpack", "not found", "not in"))
    ),
)
GIVES_NOTHING = Misconception(
    id="gives-nothing",
    matches=lambda out: out.returned == [],
)
RETURNS_EARLIER_EVENTS = Misconception(
    id="returns-earlier-events-again",
    matches=lambda out: data(out).count(due_data(out)[0]) > 1,
)
ONE_EVENT_PER_CHUNK = Misconception(
    id="one-event-per-chunk",
    matches=lambda out: len(events(out.returned)) == 1,
)

# Mistakes with what is remembered between events and between chunks

DATA_NOT_CLEARED = Misconception(
    id="data-not-cleared",
    matches=lambda out: due_data(out)[0] in data(out)[1],
)
NAME_LEAKS = Misconception(
    id="name-leaks",
    matches=lambda out: names(out)[-1] in ("greeting", "ping"),
)
NO_DEFAULT_NAME = Misconception(
    id="no-default-name",
    matches=lambda out: (
        isinstance(out.error, (AttributeError, LookupError, NameError, TypeError))
        if out.error
        else not names(out)[-1]
    ),
)
GIVES_UNFINISHED_EVENTS = Misconception(
    id="gives-unfinished-events",
    matches=too_many,
)
SAME_LIST = Misconception(
    id="same-list-each-time",
    matches=lambda out: out.returned[0] is out.returned[-1] and len(out.returned[0]) == 1,
)
FORGETS_THE_REST = Misconception(
    id="forgets-the-rest",
    matches=lambda out: (
        isinstance(out.error, (ValueError, IndexError)) if out.error else data(out) != due_data(out)
    ),
)
FORGETS_FIELDS = Misconception(
    id="forgets-fields-between-chunks",
    matches=lambda out: comes_back(out) and events(out.returned) == [],
)
SHARED_BETWEEN_DECODERS = Misconception(
    id="shared-between-decoders",
    about=(
        "class-level-state",
        "mutable-default",
    ),
    matches=lambda out: not out.timed_out,
)

# Mistakes with characters and line ends

OTHER_ENCODING = Misconception(
    id="another-encoding",
    matches=lambda out: (
        getattr(out.error, "encoding", "utf-8") not in ("utf-8", "utf8")
        if out.error
        else "é" not in data(out)[0]
    ),
)
DECODES_EACH_CHUNK_STRICTLY = Misconception(
    id="decodes-each-chunk-strictly",
    matches=lambda out: isinstance(out.error, UnicodeDecodeError),
)
DECODES_EACH_CHUNK = Misconception(
    id="decodes-each-chunk",
    matches=lambda out: comes_back(out) and data(out) != due_data(out),
)
SPLITS_TEXT_LINES = Misconception(
    id="splits-text-lines",
    matches=lambda out: not out.timed_out and data(out) != due_data(out),
)
STRICT_UTF_8 = Misconception(
    id="strict-utf-8",
    matches=lambda out: isinstance(out.error, UnicodeDecodeError),
)
HIDES_BAD_BYTES = Misconception(
    id="hides-bad-bytes",
    matches=lambda out: comes_back(out) and "\N{REPLACEMENT CHARACTER}" not in "".join(data(out)),
)
ONLY_LF = Misconception(
    id="only-lf",
    matches=lambda out: alike(out.returned)[0] != alike(out.expected)[0],
)
NO_LONE_CR = Misconception(
    id="no-lone-cr",
    matches=lambda out: alike(out.returned)[1] != alike(out.expected)[1],
)
WAITS_AFTER_CR = Misconception(
    id="waits-after-cr",
    matches=lambda out: alike(events(out.returned)) == alike(events(out.expected)),
)
CRLF_REPLACED_PER_CHUNK = Misconception(
    id="crlf-replaced-per-chunk",
    matches=lambda out: comes_back(out),
)
KEEPS_THE_MARK = Misconception(
    id="keeps-the-byte-order-mark",
    matches=lambda out: alike(out.returned[0]) != alike(out.expected[0]),
)
MARK_IN_ONE_PIECE = Misconception(
    id="byte-order-mark-in-one-piece",
    matches=lambda out: comes_back(out),
)

EVERY_LF_AFTER_CR = Misconception(
    id="takes-every-lf-after-cr",
    matches=lambda out: comes_back(out) and len(events(out.returned)) == 0,
)
FLAG_STAYS = Misconception(
    id="flag-stays-after-the-lf",
    matches=lambda out: comes_back(out) and len(events(out.returned)) == 0,
)
EMPTY_CHUNK = Misconception(
    id="empty-chunk-forgets-the-cr",
    matches=lambda out: comes_back(out) and len(events(out.returned)) == 2,
)
MARK_ANYWHERE = Misconception(
    id="mark-removed-everywhere",
    matches=lambda out: (
        comes_back(out)
        and (
            "\ufeff" not in "".join(data(out))
            if "\ufeff" in due_data(out)[0]
            else "none" in str(data(out))
        )
    ),
)
CRLF_IS_TWO = Misconception(
    id="crlf-is-two-line-ends",
    matches=lambda out: comes_back(out) and data(out) != due_data(out),
)
BYTE_AFTER_CR = Misconception(
    id="drops-the-byte-after-a-cr",
    matches=lambda out: comes_back(out) and data(out) in ([], ["one"]),
)
OLD_CR = Misconception(
    id="an-older-cr-takes-the-lf",
    matches=lambda out: comes_back(out) and events(out.returned) == [],
)

# Mistakes with fields

COMMENT_ENDS_IT = Misconception(
    id="comment-ends-the-event",
    matches=lambda out: data(out) == ["one", "two"],
)
EMPTY_NAME = Misconception(
    id="empty-name-is-a-name",
    matches=lambda out: names(out) == [""],
)
RETRY_AS_NUMBER = Misconception(
    id="retry-without-a-look",
    matches=lambda out: isinstance(out.error, ValueError),
)

KEEPS_LAST_DATA_LINE = Misconception(
    id="keeps-last-data-line",
    matches=lambda out: data(out) in (["first"], ["second"]),
)
ONE_EVENT_PER_DATA_LINE = Misconception(
    id="one-event-per-data-line",
    matches=too_many,
)
JOINS_WITHOUT_NEWLINE = Misconception(
    id="joins-without-newline",
    matches=lambda out: data(out)[0].startswith("first") and "\n" not in data(out)[0],
)
KEEPS_FINAL_NEWLINE = Misconception(
    id="keeps-final-newline",
    matches=lambda out: any(value[:1] == "\n" or value[-1:] == "\n" for value in data(out)),
)
NEEDS_SPACE = Misconception(
    id="needs-space-after-colon",
    matches=lambda out: not data(out) or data(out)[0].partition("\n")[0] != "no space",
)
STRIPS_SPACES = Misconception(
    id="strips-spaces",
    matches=lambda out: data(out)[0].replace(" ", "") == due_data(out)[0].replace(" ", ""),
)
TRIPS_OVER_UNKNOWN_LINES = Misconception(
    id="trips-over-unknown-lines",
    about=(TypeError,),
    matches=lambda out: out.error is not None,
)
MATCHES_START_OF_NAME = Misconception(
    id="matches-start-of-name",
    matches=lambda out: "7" in "".join(data(out)),
)
PHANTOM_EVENT = Misconception(
    id="phantom-event",
    matches=too_many,
)
NEEDS_DATA = Misconception(
    id="needs-data-in-each-block",
    matches=lambda out: out.error is not None,
)
SKIPS_NAME_WITHOUT_COLON = Misconception(
    id="skips-name-without-colon",
    matches=lambda out: data(out) == ["x", ""],
)
EMPTY_DATA_NOT_GIVEN = Misconception(
    id="empty-data-not-given",
    matches=lambda out: comes_back(out) and len(data(out)) < 2,
)
IGNORES_ID = Misconception(
    id="ignores-id",
    matches=lambda out: not any(ids(out)),
)
FORGETS_ID = Misconception(
    id="forgets-id",
    matches=lambda out: ids(out)[0] == "7" and not ids(out)[1],
)
LOSES_ID_OF_EMPTY_BLOCK = Misconception(
    id="loses-id-of-empty-block",
    matches=lambda out: ids(out)[:2] == ["7", "7"],
)
ID_AS_NUMBER = Misconception(
    id="id-as-number",
    matches=lambda out: (
        isinstance(out.error, ValueError) or any(isinstance(value, int) for value in ids(out))
    ),
)
TAKES_ID_WITH_NUL = Misconception(
    id="takes-id-with-nul",
    matches=lambda out: comes_back(out) and data(out) == due_data(out),
)
READS_FROM_THE_START = Misconception(
    id="reads-from-the-start",
    matches=lambda out: bool(out.timed_out) or out.returned > out.expected,
)

# These show in the very first case, whatever it tries.
ON_THE_WHOLE = (
    IS_A_GENERATOR,
    RETURNS_ONE_EVENT,
    WITHOUT_ATTRIBUTES,
    PARSES_JSON,
    LEAVES_BYTES,
)
