"""Notebook 11: an agent behind a server, and its readers: events, places, proxies, Stop."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.lessons.common.verdicts import verdict_case
from helpers.sse import SSEDecoder

__all__ = ["PARTS"]

NOTEBOOK = "11_web_ui"


# A small exercise: write what the decoder reads


SSE_STUB = '''\
def sse_bytes(data, id=None):
    """Return a server-sent event, as bytes, that a browser reads as this very text.

    data: any text. Of a line end, be it LF, CR LF or CR, the browser makes an LF.
    id: its place, a number; None for an event without one.
    """
    ...
'''

SSE_REFERENCE = '''\
def sse_bytes(data, id=None):
    """Return a server-sent event, as bytes, that a browser reads as this very text."""
    # Not splitlines: it also splits where Unicode has a line end and the format has none.
    lines = data.replace("\\r\\n", "\\n").replace("\\r", "\\n").split("\\n")
    fields = [] if id is None else [f"id: {id}"]
    fields += [f"data: {line}" for line in lines]
    return ("\\n".join(fields) + "\\n\\n").encode()
'''

# What the first of two events must not change in the next one.
NEXT = b"data: the next one\n\n"


def arrived(raw: object) -> object:
    """Return what a browser makes of these bytes: each event's data, and the last id."""
    if not isinstance(raw, bytes):
        return raw
    decoder = SSEDecoder()
    events = [(event.event, event.data) for event in decoder.feed(raw + NEXT)]
    return events, decoder.last_event_id


def same_event(returned: object, expected: object) -> bool:
    """Whether a browser reads the same in both."""
    return isinstance(returned, bytes) and arrived(returned) == arrived(expected)


def heard(out: Outcome) -> list[str]:
    """The data of the events that arrived."""
    events: Any = arrived(out.returned)
    return [data for _, data in events[0]]


def sent(out: Outcome) -> str:
    """The first event's data, as it should have arrived."""
    events: Any = arrived(out.expected)
    return str(events[0][0][1])


NO_BYTES = Misconception(
    id="returns-str",
    looks_like="text where bytes were asked for: a socket takes bytes, and the format is always "
    "UTF-8",
    try_next="`encode()` it in the end.",
    matches=lambda out: isinstance(out.returned, str),
)
NO_EVENT = Misconception(
    id="does-not-end-the-event",
    looks_like="an event that never ends: what comes next is taken for a part of it",
    try_next="An empty line ends an event. How many line ends are that behind the last field?",
    matches=lambda out: isinstance(out.returned, bytes) and len(heard(out)) == 1,
)
FIRST_LINE_ONLY = Misconception(
    id="loses-lines",
    looks_like="a line end in the text that ends the field: what follows is a field that nobody "
    "knows, or another event",
    try_next="Each line of the text needs a `data: ` of its own.",
    matches=lambda out: (
        isinstance(out.returned, bytes) and heard(out)[0] == sent(out).split("\n")[0]
    ),
)
SPLITS_TOO_MUCH = Misconception(
    id="splits-at-unicode-line-ends",
    looks_like="`splitlines`, which also splits at U+2028, U+0085 and others: no line ends in "
    "this format, and now they are gone from the text",
    try_next='Split at "\\n" alone, after you have made one of each "\\r\\n" and "\\r".',
    matches=lambda out: "\u2028" in sent(out) and "\u2028" not in heard(out)[0],
)
LOSES_LAST = Misconception(
    id="loses-the-last-line-end",
    looks_like="a line end lost at the end of the text: `splitlines` and `strip` drop it",
    try_next='`"a\\n".split("\\n")` has two items, and the second is an empty line of the text.',
    matches=lambda out: heard(out)[0] == sent(out).rstrip("\n"),
)
FORGETS_CR = Misconception(
    id="forgets-cr",
    looks_like="a CR left in the text: it is a line end in this format as well, alone or before "
    "an LF",
    try_next='Make "\\n" of "\\r\\n" first, and then of "\\r".',
    matches=lambda out: isinstance(out.returned, bytes) and b"\r" in out.returned,
)
DOUBLES_CRLF = Misconception(
    id="takes-crlf-for-two",
    looks_like="CR LF taken for two line ends; it is one",
    try_next="Mind the order of your two `replace`.",
    matches=lambda out: heard(out)[0].replace("\n\n", "\n") == sent(out),
)
LOSES_SPACE = Misconception(
    id="loses-a-space",
    looks_like="a text that begins with a space and loses it: a reader takes one space behind "
    "the colon for the format's own",
    try_next="Write `data: ` with its space, whatever comes then.",
    matches=lambda out: heard(out)[0] == sent(out)[1:],
)
JSON_INSTEAD = Misconception(
    id="sends-json",
    looks_like="JSON: a fine cure as well, but not the text itself",
    try_next="One `data: ` for each line of the text, nothing quoted.",
    matches=lambda out: heard(out)[0].startswith('"'),
)
SENDS_NONE = Misconception(
    id="sends-none",
    looks_like="an id that says None, which a browser will send back when it returns",
    try_next="Leave the field out where there is no id.",
    matches=lambda out: b"id: None" in out.returned or b"id:None" in out.returned,
)
SSE_SHAPE = (NO_BYTES, SENDS_NONE, NO_EVENT, JSON_INSTEAD)


def encoding(
    name: str, why: str, data: str, raw: bytes, *mistakes: Misconception, id: int | None = None
) -> Case:
    """A case that asks for the bytes of one event."""
    asked = f"sse_bytes({data!r})" if id is None else f"sse_bytes({data!r}, id={id})"

    def run(my: Namespace) -> object:
        return my.sse_bytes(data) if id is None else my.sse_bytes(data, id=id)

    return Case(name, why, asked, run, raw, (*SSE_SHAPE, *mistakes), same_event)


SSE_BYTES = Part(
    id="sse_bytes",
    title="Write what a browser reads",
    notebook=NOTEBOOK,
    minutes=6,
    difficulty="medium",
    teaches="You write server-sent events that arrive as they were meant, whatever is in them.",
    stub=SSE_STUB,
    reference=SSE_REFERENCE,
    cases=(
        encoding("a word", "Most tokens are one.", "parcel", b"data: parcel\n\n"),
        encoding(
            "a space in front",
            "Most tokens begin with one.",
            " parcel",
            b"data:  parcel\n\n",
            LOSES_SPACE,
        ),
        encoding(
            "two lines",
            "A poem, a list, a program.",
            "far\nshore; the",
            b"data: far\ndata: shore; the\n\n",
            FIRST_LINE_ONLY,
        ),
        encoding(
            "an empty line",
            "Between two paragraphs; and it would end the event.",
            "Done.\n\nevent: paid",
            b"data: Done.\ndata: \ndata: event: paid\n\n",
            FIRST_LINE_ONLY,
        ),
        encoding(
            "a line end at the end",
            "A token may end in one, or be nothing else.",
            "far\n",
            b"data: far\ndata: \n\n",
            LOSES_LAST,
        ),
        encoding(
            "line ends of other systems",
            "A tool's result may come from anywhere.",
            "one\r\ntwo\rthree",
            b"data: one\ndata: two\ndata: three\n\n",
            FORGETS_CR,
            DOUBLES_CRLF,
        ),
        encoding(
            "a line end that is none",
            "U+2028 stands in texts that were copied from web pages.",
            "one\u2028two",
            b"data: one\xe2\x80\xa8two\n\n",
            SPLITS_TOO_MUCH,
        ),
        encoding(
            "with its place",
            "A reader who comes back says where they were.",
            "parcel",
            b"id: 7\ndata: parcel\n\n",
            Misconception(
                id="forgets-the-id",
                looks_like="an event without its place: a reader who comes back can't say where "
                "they were",
                try_next="A field of its own, `id: `, in the same event.",
                matches=lambda out: arrived(out.returned) == arrived(b"data: parcel\n\n"),
            ),
            id=7,
        ),
        encoding(
            "the first place of all",
            "Some count from 0.",
            "parcel",
            b"id: 0\ndata: parcel\n\n",
            Misconception(
                id="takes-0-for-none",
                looks_like="an id of 0 taken for no id, as `if id:` does",
                try_next="Ask `is None`.",
                matches=lambda out: arrived(out.returned) == arrived(b"data: parcel\n\n"),
            ),
            id=0,
        ),
    ),
    hints=(
        "Begin with what is allowed to stand in one `data: ` field: all but line ends. Then say "
        "what is a line end here, and what isn't.",
        'Make "\\n" of "\\r\\n" and then of "\\r"; `split("\\n")`; one `data: ` a line; the `id: ` '
        "in front, unless it is None; an empty line; `encode()`.",
        "Split, prefix, join:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: where the reader was


REPLAY_STUB = '''\
def replay_from(log, last_event_id):
    """Return the events that a reader has missed, or None if they can't be had.

    log: (id, event) pairs in order; ids count up by one. Old ones may have been dropped.
    last_event_id: what the request's header Last-Event-ID says, as text; None without it.
    """
    ...
'''

REPLAY_REFERENCE = '''\
def replay_from(log, last_event_id):
    """Return the events that a reader has missed, or None if they can't be had."""
    if not last_event_id:
        last = 0  # a new reader: everything from the first event on
    elif last_event_id.isascii() and last_event_id.isdigit():
        last = int(last_event_id)
    else:
        return None  # nobody here gave that id
    first, newest = (log[0][0], log[-1][0]) if log else (1, 0)
    if not first - 1 <= last <= newest:
        return None  # gone, or not yet said: another run's
    return [event for id, event in log if id > last]
'''

SAID = [(1, "Your"), (2, "parcel"), (3, "arrives"), (4, "on"), (5, "Friday")]
LATER = SAID[2:]
TEN = [(number, f"word {number}") for number in range(1, 13)]


def replaying(
    name: str,
    why: str,
    log: list[tuple[int, str]],
    last: str | None,
    expected: list[str] | None,
    *mistakes: Misconception,
) -> Case:
    """A case that asks what a reader has missed."""
    shown = "[]" if not log else f"[{log[0]!r}, …, {log[-1]!r}]"
    code = f"log = {shown}\nreplay_from(log, {last!r})"
    shape = Misconception(
        id="returns-pairs",
        looks_like="pairs, where the events alone were asked for",
        try_next="Take the second of each pair.",
        matches=lambda out: bool(out.returned) and isinstance(out.returned[0], tuple),
    )
    return Case(
        name, why, code, lambda my: my.replay_from(list(log), last), expected, (shape, *mistakes)
    )


TOO_EARLY = Misconception(
    id="repeats-the-last",
    looks_like="the last event that the reader has, sent again: their page shows it twice",
    try_next="The id names what arrived. What is missing begins behind it.",
    matches=lambda out: (
        isinstance(out.returned, list) and out.returned[1:] == out.expected and out.expected != []
    ),
)
STARTS_OVER = Misconception(
    id="starts-over",
    looks_like="everything from the beginning, for a reader who has most of it",
    try_next="Look at the header.",
    matches=lambda out: out.returned == [event for _, event in SAID] != out.expected,
)
SKIPS_A_GAP = Misconception(
    id="hides-a-gap",
    looks_like="a gap that nobody is told of: what the reader has and what is left of the log "
    "don't meet",
    try_next="Compare with the first id that is still there. May one be missing in between?",
    matches=lambda out: isinstance(out.returned, list) and "arrives" in out.returned,
)

REPLAY_FROM = Part(
    id="replay_from",
    title="Where was I?",
    notebook=NOTEBOOK,
    minutes=6,
    difficulty="medium",
    teaches="You send a reader who comes back what is missing: no more, no less, or say that you "
    "can't.",
    stub=REPLAY_STUB,
    reference=REPLAY_REFERENCE,
    cases=(
        replaying(
            "a new reader",
            "A page that was opened just now has no id to send.",
            SAID,
            None,
            [event for _, event in SAID],
            Misconception(
                id="gives-new-readers-nothing",
                looks_like="nothing for a reader who comes later: a second tab stays empty",
                try_next="Without the header, begin at the first event.",
                matches=lambda out: out.returned in ([], None) and out.error is None,
            ),
            Misconception(
                id="expects-the-header",
                looks_like="a header that is expected from everybody; the first request has none",
                try_next="Ask for None before you make a number of it.",
                matches=lambda out: isinstance(out.error, TypeError | AttributeError),
            ),
        ),
        replaying(
            "after a tunnel",
            "Two words were said meanwhile.",
            SAID,
            "3",
            ["on", "Friday"],
            TOO_EARLY,
            STARTS_OVER,
            Misconception(
                id="compares-text",
                looks_like="an id that stays text: it is never equal to a number, and can't be "
                "compared with one",
                try_next="Make an `int` of it.",
                matches=lambda out: out.returned in ([], None) or isinstance(out.error, TypeError),
            ),
        ),
        replaying(
            "past ten",
            'As text, "9" comes after "10".',
            TEN,
            "9",
            ["word 10", "word 11", "word 12"],
            TOO_EARLY,
            Misconception(
                id="compares-text",
                looks_like="an id that stays text: it is never equal to a number, and can't be "
                "compared with one",
                try_next="Make an `int` of it.",
                matches=lambda out: out.error is None and out.returned != out.expected,
            ),
        ),
        replaying(
            "nothing missed",
            "The connection broke while nothing was said.",
            SAID,
            "5",
            [],
            Misconception(
                id="takes-nothing-for-a-gap",
                looks_like="None for a reader who has everything: it isn't a problem, it is a wait",
                try_next="The last id that was given is a good one.",
                matches=lambda out: out.returned is None,
            ),
            STARTS_OVER,
            TOO_EARLY,
        ),
        replaying(
            "the beginning is gone, and the reader has it",
            "A log can't grow for ever; this one has dropped its first two.",
            LATER,
            "3",
            ["on", "Friday"],
            Misconception(
                id="takes-ids-for-positions",
                looks_like="an id taken for a position in the list: that fits until the first "
                "event is dropped",
                try_next="Go by the ids in the pairs.",
                matches=lambda out: out.returned in ([], ["Friday"]),
            ),
            TOO_EARLY,
        ),
        replaying(
            "the reader has all that was dropped",
            "They have 2; the log begins with 3. Nothing is missing in between.",
            LATER,
            "2",
            ["arrives", "on", "Friday"],
            Misconception(
                id="wants-the-last-to-be-there",
                looks_like="a gap seen where there is none: 3 follows 2, although 2 itself has "
                "been dropped",
                try_next="What must still be there is the event behind the reader's last one.",
                matches=lambda out: out.returned is None,
            ),
            Misconception(
                id="takes-ids-for-positions",
                looks_like="an id taken for a position in the list: that fits until the first "
                "event is dropped",
                try_next="Go by the ids in the pairs.",
                matches=lambda out: out.returned == ["Friday"],
            ),
        ),
        replaying(
            "what is missing was dropped",
            "They were away for too long. The page must be told, and begin anew.",
            LATER,
            "1",
            None,
            SKIPS_A_GAP,
            Misconception(
                id="takes-ids-for-positions",
                looks_like="an id taken for a position in the list: that fits until the first "
                "event is dropped",
                try_next="Go by the ids in the pairs.",
                matches=lambda out: out.returned == ["on", "Friday"],
            ),
        ),
        replaying(
            "a new reader, and the beginning is gone",
            "Also a gap, and it begins at the first word.",
            LATER,
            None,
            None,
            SKIPS_A_GAP,
        ),
        replaying(
            "an id that was never given",
            "The server was started anew, and counts from 1 again.",
            SAID,
            "40",
            None,
            Misconception(
                id="waits-for-an-old-run",
                looks_like="a reader of another run, who would wait until this one has come as "
                "far: their page stands still",
                try_next="An id above the newest isn't from here.",
                matches=lambda out: out.returned == [],
            ),
        ),
        replaying(
            "an id that is no number",
            "A header is what somebody sends.",
            SAID,
            "abc",
            None,
            Misconception(
                id="trusts-the-header",
                looks_like="an exception for what anybody can send: their request ends as a 500 "
                "in your log",
                try_next="Ask whether it is a number before you make one of it.",
                matches=lambda out: isinstance(out.error, ValueError),
            ),
            Misconception(
                id="starts-over-for-strangers",
                looks_like="an id that nobody here gave, taken for no id at all",
                try_next="Only a request without the header is a new reader.",
                matches=lambda out: out.returned == [event for _, event in SAID],
            ),
        ),
        replaying(
            "before the first word",
            "The page was quick, and the model is still thinking.",
            [],
            None,
            [],
            Misconception(
                id="needs-a-first-event",
                looks_like="a log that is expected to hold something",
                try_next="An empty list has no first item. What is missing from nothing?",
                matches=lambda out: isinstance(out.error, IndexError) or out.returned is None,
            ),
        ),
    ),
    hints=(
        "Three questions in a row: is this a new reader, is the id one of ours, and does the log "
        "still hold what comes behind it?",
        "A new reader has 0. What must be there begins with the reader's id + 1, so the log's "
        "first id may be that at most; and the reader's id may be the newest one at most.",
        "In this order:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: on time, or all at the end


ON_TIME_STUB = """\
ON_TIME = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
    "G": ...,
    "H": ...,
}
"""

ON_TIME_REFERENCE = """\
ON_TIME = {
    "A": True,  # nobody stands between, and each event leaves as it is yielded
    "B": False,  # nginx collects what it isn't told not to collect
    "C": True,  # told, by the header
    "D": False,  # a list has to be whole before its first item can be looked at
    "E": False,  # what was compressed leaves when it is worth a block
    "F": True,  # flushed after each event, it leaves
    "G": False,  # the one thread is with somebody else
    "H": True,  # a comment is no event, and keeps the connection
}
"""


class Delivery(NamedTuple):
    """One way from the model to the page: whether it is live, and a mistake about it."""

    letter: str
    what: str
    live: bool
    id: str
    looks_like: str
    try_next: str


DELIVERIES = (
    Delivery(
        "A",
        "FastAPI sends what a generator yields; the browser reads it straight from there",
        True,
        "distrusts-generators",
        "a generator taken for something that is collected: each piece is sent as it is yielded",
        "Ask who would have to wait here, and for what.",
    ),
    Delivery(
        "B",
        "the same, behind an nginx as it comes, and without any header for it",
        False,
        "forgets-the-proxy",
        "a proxy taken for a wire: nginx collects an answer before it passes it on, unless told "
        "otherwise",
        "Think of the proxy above, and what it does without a word from the server.",
    ),
    Delivery(
        "C",
        "the same, with `X-Accel-Buffering: no`",
        True,
        "distrusts-the-header",
        "a header that does nothing; it is addressed to this very proxy",
        "Run the cell with the proxy again, and compare its lines.",
    ),
    Delivery(
        "D",
        "the server collects the events in a list, and sends that as JSON, in many chunks",
        False,
        "takes-chunks-for-streaming",
        "chunks taken for streaming: nothing leaves before the last event is in the list",
        "Ask when the first chunk can leave.",
    ),
    Delivery(
        "E",
        "a middleware compresses the stream, and lets go of it when a block is full",
        False,
        "forgets-compression",
        "compression taken for something that costs only time: it holds back what is too little "
        "to be compressed well",
        "Ask how many events of 30 bytes make a block of 32 kB.",
    ),
    Delivery(
        "F",
        "a middleware compresses the stream, and flushes it after each event",
        True,
        "distrusts-all-compression",
        "a stream that is held back because it is compressed: a flush gives out what there is",
        "It isn't the compression that waits. What is a flush for?",
    ),
    Delivery(
        "G",
        "Flask in one process with one thread; somebody else reads another stream just now",
        False,
        "counts-on-another-thread",
        "a server that can do two things at once with one thread: a stream keeps it to its end",
        "Ask who answers the second request, and when they are free.",
    ),
    Delivery(
        "H",
        "a tool runs for two minutes, the proxy hangs up after one without a byte, and the server "
        "sends a comment every 15 seconds",
        True,
        "forgets-heartbeats",
        "silence, although something comes every 15 seconds: a comment is no event, but it is "
        "bytes",
        "Ask what the proxy counts, and what the browser makes of a line that begins with a colon.",
    ),
)


def delivery_case(delivery: Delivery) -> Case:
    """A case that asks for one letter."""
    return verdict_case(
        "ON_TIME",
        "way",
        delivery.letter,
        delivery.what,
        delivery.live,
        mistake=(delivery.id, delivery.looks_like, delivery.try_next),
        how="Write True if the page gets each event in time, False if not.",
    )


ON_TIME = Part(
    id="on_time",
    title="On time, or all at the end?",
    notebook=NOTEBOOK,
    minutes=4,
    difficulty="gentle",
    teaches="You can say who on the way to a page holds a stream back.",
    stub=ON_TIME_STUB,
    reference=ON_TIME_REFERENCE,
    cases=tuple(map(delivery_case, DELIVERIES)),
    hints=(
        "Follow one event from the model to the page, and ask at each station: what does it wait "
        "for before it lets go?",
        "Four stations let go at once. A list, a proxy that was told nothing, an unflushed "
        "compressor and a thread that is busy don't.",
        "The verdicts, with a reason for each:",
    ),
    module=__name__,
    in_build=False,
)


# A small exercise: write and listen at once


WHILE_STUB = '''\
import asyncio


async def while_read(send, stop):
    """Send until all is sent or somebody says stop; return "sent" or "stopped".

    send: an async function that sends everything, and takes a while. What it raises is raised.
    stop: an async function that returns when the reader says stop, or has gone.
    Whichever is left over is cancelled, and has ended when this returns. So both have, if
    whoever waits for this is cancelled.
    """
    ...
'''

WHILE_REFERENCE = '''\
import asyncio


async def while_read(send, stop):
    """Send until all is sent or somebody says stop; return "sent" or "stopped"."""
    sending = asyncio.ensure_future(send())
    stopping = asyncio.ensure_future(stop())
    both = {sending, stopping}
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if sending not in done:
            return "stopped"
        sending.result()  # raises what it raised
        return "sent"
    finally:
        for task in both:
            task.cancel()
        # Cancelling is a wish. Only now have both ended, with all that they clean up.
        await asyncio.gather(*both, return_exceptions=True)
'''

LONG_TIME = 30.0  # seconds; whoever waits for that has waited for the wrong one


def conversation(
    *, sends: bool = False, fails: bool = False, stops: bool = False, cancelled: bool = False
) -> Callable[[Namespace], Any]:
    """A run of `while_read`, and a list of what happened in it, in order."""

    async def run(my: Namespace) -> object:
        said: list[str] = []
        begun: set[str] = set()

        async def tell(name: str, ends: bool) -> None:
            begun.add(name)
            try:
                await asyncio.sleep(0.02 if ends else LONG_TIME)
                said.append(f"{name}: ended")
            except asyncio.CancelledError:
                # Closing a socket takes a moment; whoever doesn't wait for it misses it.
                await asyncio.sleep(0.02)
                said.append(f"{name}: cancelled")
                raise

        async def send() -> None:
            await tell("send", ends=sends or fails)
            if fails:
                raise ConnectionError("the API hung up")

        async def stop() -> str:
            await tell("stop", ends=stops)
            return "stop"

        task = asyncio.ensure_future(my.while_read(send, stop))
        if cancelled:
            await asyncio.sleep(0.05)
            task.cancel()
        await asyncio.wait({task}, timeout=0.7)
        in_time = len(said)
        await asyncio.sleep(0.1)
        late = [f"{one}, too late" for one in said[in_time:]]
        idle = [f"{name}: never begun" for name in ("send", "stop") if name not in begun]
        happened = sorted([*said[:in_time], *late, *idle])
        if not task.done():
            return ["still running", *happened]
        if task.cancelled():
            return ["cancelled", *happened]
        error = task.exception()
        ending = f"raised {type(error).__name__}" if error else f"returned {task.result()!r}"
        return [ending, *happened]

    return run


def ending(out: Outcome) -> str:
    """How `while_read` has ended."""
    return str(out.returned[0])


LISTENS_LATE = Misconception(
    id="listens-afterwards",
    looks_like="one that begins when the other has ended: while you write, nobody listens",
    try_next="Make a task of each, and only then wait.",
    matches=lambda out: "stop: never begun" in out.returned,
)
WAITS_FOR_BOTH = Misconception(
    id="waits-for-both",
    looks_like="waiting until both have ended, as `gather` does: the slower one decides",
    try_next="`asyncio.wait` can return at the first that is done.",
    matches=lambda out: ending(out) == "still running",
)
LEAVES_IT_RUNNING = Misconception(
    id="leaves-the-other-running",
    looks_like="the one that is left over runs on: it reads from a socket, or spends tokens, for "
    "nobody",
    try_next="Cancel what isn't done.",
    matches=lambda out: ending(out) == out.expected[0] and len(out.returned) < len(out.expected),
)
DOES_NOT_WAIT = Misconception(
    id="does-not-wait-for-the-end",
    looks_like="a task that was cancelled and left alone: it is still closing its socket when you "
    "say that all is over",
    try_next="Cancelling is a wish. Await the task, and it has ended.",
    matches=lambda out: any("late" in one for one in out.returned[1:]),
)
WHILE_CODE = "await while_read(send, stop)"

WHILE_READ = Part(
    id="while_read",
    title="Write and listen",
    notebook=NOTEBOOK,
    minutes=9,
    difficulty="challenging",
    teaches="You write to a reader and listen to them at once, and leave nothing running.",
    stub=WHILE_STUB,
    reference=WHILE_REFERENCE,
    cases=(
        Case(
            "everything is sent",
            "The reader listens to the end, and has nothing to say.",
            f"# send takes a moment, stop would take {LONG_TIME:.0f} s\n{WHILE_CODE}",
            conversation(sends=True),
            ["returned 'sent'", "send: ended", "stop: cancelled"],
            (LISTENS_LATE, WAITS_FOR_BOTH, DOES_NOT_WAIT, LEAVES_IT_RUNNING),
        ),
        Case(
            "somebody presses Stop",
            "The answer would have taken half a minute more, and is paid by the token.",
            f"# stop takes a moment, send would take {LONG_TIME:.0f} s\n{WHILE_CODE}",
            conversation(stops=True),
            ["returned 'stopped'", "send: cancelled", "stop: ended"],
            (
                LISTENS_LATE,
                WAITS_FOR_BOTH,
                Misconception(
                    id="says-sent",
                    looks_like="an end that is told as another: this answer is a half",
                    try_next="Ask which of the two is done.",
                    matches=lambda out: ending(out) == "returned 'sent'",
                ),
                DOES_NOT_WAIT,
                LEAVES_IT_RUNNING,
            ),
        ),
        Case(
            "the answer breaks off",
            "The reader has to be told; whoever called does that.",
            f"# send raises ConnectionError\n{WHILE_CODE}",
            conversation(fails=True),
            ["raised ConnectionError", "send: ended", "stop: cancelled"],
            (
                Misconception(
                    id="swallows-the-failure",
                    looks_like="a failure that nobody hears of: half an answer passes for sent",
                    try_next="A task keeps what it raised until you ask it for its `result()`.",
                    matches=lambda out: ending(out).startswith("returned"),
                ),
                Misconception(
                    id="wraps-the-failure",
                    looks_like="a failure that comes in a group, as a TaskGroup raises it: who "
                    "waits for a ConnectionError doesn't catch it",
                    try_next="Wait for the tasks yourself, and raise what `send` has raised.",
                    matches=lambda out: "ExceptionGroup" in ending(out),
                ),
                DOES_NOT_WAIT,
                LEAVES_IT_RUNNING,
            ),
        ),
        Case(
            "the server is shut down",
            "Then the task of each reader is cancelled, and it is this one.",
            f"task = asyncio.create_task({WHILE_CODE.removeprefix('await ')})\n"
            "await asyncio.sleep(0.01)\ntask.cancel()",
            conversation(cancelled=True),
            ["cancelled", "send: cancelled", "stop: cancelled"],
            (
                Misconception(
                    id="forgets-its-own-end",
                    looks_like="two tasks that nobody ends when you are cancelled yourself: "
                    "`asyncio.wait` doesn't pass it on",
                    try_next="What has to happen at every end belongs into `finally`.",
                    matches=lambda out: (
                        ending(out) == "cancelled" and len(out.returned) < len(out.expected)
                    ),
                ),
                Misconception(
                    id="swallows-cancellation",
                    looks_like="a cancellation that was caught: whoever shuts the server down "
                    "waits for you",
                    try_next="Let a CancelledError pass, or raise it again.",
                    matches=lambda out: ending(out).startswith("returned"),
                ),
            ),
        ),
    ),
    hints=(
        "Two tasks, and a wait that ends with the first of them. Then think of every way out of "
        "your function, and what is still running there.",
        "`asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)` in a `try`; in `finally`, "
        "cancel both and await `asyncio.gather(*both, return_exceptions=True)`.",
        "Everything that has to end, ends in `finally`:",
    ),
    module=__name__,
    in_build=False,
)

PARTS = (SSE_BYTES, REPLAY_FROM, ON_TIME, WHILE_READ)
