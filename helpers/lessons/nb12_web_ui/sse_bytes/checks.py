"""What is tried with `sse_bytes`, and what its mistakes are recognised by."""

import re
from typing import Any

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.sse import SSEDecoder

__all__ = ["CASES"]

# What the event must not change of those around it.
BEFORE, NEXT = b"id: 3\ndata: the one before\n\n", b"data: the next one\n\n"


def decode(raw: object) -> object:
    """Return what a browser makes of these bytes: events, the last id, the wait it is told."""
    if not isinstance(raw, bytes):
        return raw
    decoder = SSEDecoder()
    _, *later = decoder.feed(BEFORE + raw + NEXT)
    return [(event.event, event.data) for event in later], decoder.last_event_id, decoder.retry


def same_event(returned: object, expected: object) -> bool:
    """Whether a browser reads the same in both."""
    return isinstance(returned, bytes) and decode(returned) == decode(expected)


def read_data(out: Outcome) -> list[str]:
    """The data of the events that arrived."""
    events: Any = decode(out.returned)
    return [data for _, data in events[0]]


def read_wait(out: Outcome) -> object:
    """How long the browser was told to wait before it connects again."""
    told: Any = decode(out.returned)
    return told[2]


def name(out: Outcome) -> str:
    """The name of the first event that arrived."""
    told: Any = decode(out.returned)
    return str(told[0][0][0])


def read_first_data(out: Outcome) -> str:
    """The first event's data, as it should have arrived."""
    events: Any = decode(out.expected)
    return str(events[0][0][1])


NO_BYTES = Misconception(
    id="returns-str",
    matches=lambda out: isinstance(out.returned, str),
)
NO_EVENT = Misconception(
    id="does-not-end-the-event",
    matches=lambda out: isinstance(out.returned, bytes) and len(read_data(out)) == 1,
)
FIRST_LINE_ONLY = Misconception(
    id="loses-lines",
    matches=lambda out: (
        isinstance(out.returned, bytes) and read_data(out)[0] == read_first_data(out).split("\n")[0]
    ),
)
SPLITS_TOO_MUCH = Misconception(
    id="splits-at-unicode-line-ends",
    matches=lambda out: "\u2028" in read_first_data(out) and "\u2028" not in read_data(out)[0],
)
LOSES_LAST = Misconception(
    id="loses-the-last-line-end",
    matches=lambda out: read_data(out)[0] == read_first_data(out).rstrip("\n"),
)
FORGETS_CR = Misconception(
    id="forgets-cr",
    matches=lambda out: isinstance(out.returned, bytes) and b"\r" in out.returned,
)
DOUBLES_CRLF = Misconception(
    id="takes-crlf-for-two",
    matches=lambda out: read_data(out)[0].replace("\n\n", "\n") == read_first_data(out),
)
LOSES_SPACE = Misconception(
    id="loses-a-space",
    matches=lambda out: read_data(out)[0] == read_first_data(out)[1:],
)
JSON_INSTEAD = Misconception(
    id="sends-json",
    matches=lambda out: read_data(out)[0].startswith('"'),
)
SENDS_NONE = Misconception(
    id="sends-none",
    matches=lambda out: b"id: None" in out.returned or b"id:None" in out.returned,
)
SENDS_RETRY = Misconception(
    id="sends-retry",
    matches=lambda out: read_wait(out) is not None,
)
NAMES_IT = Misconception(
    id="names-the-event",
    matches=lambda out: name(out) != "message",
)
EMPTY_ID = Misconception(
    id="sends-an-empty-id",
    matches=lambda out: re.search(rb"^id: ?$", out.returned, re.MULTILINE) is not None,
)
SSE_SHAPE = (NO_BYTES, SENDS_NONE, NO_EVENT, JSON_INSTEAD, SENDS_RETRY, NAMES_IT, EMPTY_ID)


def encoding(
    name: str, why: str, data: str, raw: bytes, *mistakes: Misconception, id: int | None = None
) -> Case:
    """A case that asks for the bytes of one event."""
    asked = f"sse_bytes({data!r})" if id is None else f"sse_bytes({data!r}, id={id})"

    def run(my: Namespace) -> object:
        return my.sse_bytes(data) if id is None else my.sse_bytes(data, id=id)

    return Case(name, why, asked, run, raw, (*SSE_SHAPE, *mistakes), same_event)


CASES = (
    encoding("a word", "Most tokens are one word.", "parcel", b"data: parcel\n\n"),
    encoding(
        "a space in front",
        "Most tokens begin with a space.",
        " parcel",
        b"data:  parcel\n\n",
        LOSES_SPACE,
    ),
    encoding(
        "two lines",
        "Poems, lists and programs have several lines.",
        "far\nshore; the",
        b"data: far\ndata: shore; the\n\n",
        FIRST_LINE_ONLY,
    ),
    encoding(
        "an empty line",
        "Paragraphs have an empty line between them. If you sent it as it is, it would end the "
        "event.",
        "Done.\n\nevent: paid",
        b"data: Done.\ndata: \ndata: event: paid\n\n",
        FIRST_LINE_ONLY,
    ),
    encoding(
        "a line end at the end",
        "A token may end with a line end, or may be only a line end.",
        "far\n",
        b"data: far\ndata: \n\n",
        LOSES_LAST,
    ),
    encoding(
        "line ends of other systems",
        "A tool's result may come from any system.",
        "one\r\ntwo\rthree",
        b"data: one\ndata: two\ndata: three\n\n",
        FORGETS_CR,
        DOUBLES_CRLF,
    ),
    encoding(
        "not a line end",
        "U+2028 can be in text from web pages. SSE doesn't treat it as a line end.",
        "one\u2028two",
        b"data: one\xe2\x80\xa8two\n\n",
        SPLITS_TOO_MUCH,
    ),
    encoding(
        "with its place",
        "A reader who comes back sends the id of the last event.",
        "parcel",
        b"id: 7\ndata: parcel\n\n",
        Misconception(
            id="forgets-the-id",
            matches=lambda out: decode(out.returned) == decode(b"data: parcel\n\n"),
        ),
        id=7,
    ),
    encoding(
        "the first place of all",
        "Some programs count from 0.",
        "parcel",
        b"id: 0\ndata: parcel\n\n",
        Misconception(
            id="takes-0-for-none",
            matches=lambda out: decode(out.returned) == decode(b"data: parcel\n\n"),
        ),
        id=0,
    ),
)
