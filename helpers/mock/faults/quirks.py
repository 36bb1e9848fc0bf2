"""What other servers do differently: streams that mean the same and are written otherwise.

Most servers that call themselves compatible come from their own makers. Each quirk here was
reported of one; a client that reads them all can be pointed at any. A quirk that an API has no
place for changes nothing there.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from ..plan import Plan, TimedBytes
from . import event
from .fault import Fault
from .places import arriving, find

Event = dict[str, Any]
Quirk = Callable[[Fault, Plan], Iterator[TimedBytes]]
EVERY = 4  # events between two signs of life
PING_DATA = (b"data: \n", b"", b"data: ping\n")
DONE = b"data: [DONE]\n\n"


def _call_index(read: Event) -> object:
    """Return the number of the tool call that an event belongs to; None if to none."""
    if (call := chat_call(read)) is not None:
        return call.get("index", 0)
    kind = str(read.get("type"))
    if kind.startswith("response.function_call_arguments"):
        return read.get("output_index")
    if (read.get("item") or {}).get("type") == "function_call":
        return read.get("output_index")
    return None


def chat_choice(read: Event) -> Event:
    """Return the first choice of a chunk of chat completions; {} if it has none."""
    choices = read.get("choices")
    return choices[0] if isinstance(choices, list) and choices else {}


def chat_call(read: Event) -> Event | None:
    """Return the fragment of a tool call in a chunk of chat completions."""
    calls = (chat_choice(read).get("delta") or {}).get("tool_calls")
    return calls[0] if calls else None


def change_each(change: Callable[[Event], object]) -> Quirk:
    """Return the quirk of changing each event by itself, in place."""

    def quirk(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
        for chunk in plan.chunks:
            read = event.read(chunk.data)
            before = json.dumps(read)
            change(read)
            same = json.dumps(read) == before
            yield chunk if same else TimedBytes(chunk.at, event.rewritten(chunk.data, read))

    return quirk


def _calls_in(read: Event) -> Iterator[tuple[Event, str]]:
    """Yield what carries a tool call's id in an event, and the name of that field."""
    call = chat_call(read)
    if call is not None and "id" in call:
        yield call, "id"
    if (read.get("content_block") or {}).get("type") == "tool_use":
        yield read["content_block"], "id"
    items = [read.get("item") or {}, *((read.get("response") or {}).get("output") or [])]
    yield from ((item, "call_id") for item in items if item.get("type") == "function_call")


def _without_ids(read: Event) -> None:
    for call, name in _calls_in(read):
        del call[name]


def _empty_ids(read: Event) -> None:
    for call, name in _calls_in(read):
        call[name] = ""


def _null_ids(read: Event) -> None:
    for call, name in _calls_in(read):
        call[name] = None


def _one_id(read: Event) -> None:
    for call, name in _calls_in(read):
        call[name] = "call_0"


def renewed_ids(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Give each fragment of a call another id."""
    for number, chunk in enumerate(plan.chunks):
        read = event.read(chunk.data)
        if (call := chat_call(read)) is not None:
            call["id"] = f"call_{number}"
            chunk = TimedBytes(chunk.at, event.rewritten(chunk.data, read))
        yield chunk


def late_names(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Send a call's name in a fragment of its own, after its id."""
    for chunk in plan.chunks:
        read = event.read(chunk.data)
        call = chat_call(read)
        if call is None or "name" not in call["function"]:
            yield chunk
            continue
        name = call["function"].pop("name")
        yield TimedBytes(chunk.at, event.rewritten(chunk.data, read))
        where = {"index": call["index"]} if "index" in call else {}  # index_missing took it
        chat_choice(read)["delta"] = {"tool_calls": [where | {"function": {"name": name}}]}
        yield TimedBytes(chunk.at, event.rewritten(chunk.data, read))


def interleaved_calls(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Send the fragments of parallel calls in turn, each with its index."""
    run: list[tuple[object, TimedBytes]] = []
    blocks: set[object] = set()  # of the Messages API, those that are calls
    for chunk in plan.chunks:
        read = event.read(chunk.data)
        if (read.get("content_block") or {}).get("type") == "tool_use":
            blocks.add(read.get("index"))
        own = read.get("index") if read.get("index") in blocks else _call_index(read)
        if own is not None:
            run.append((own, chunk))
            continue
        yield from _in_turn(run)
        run = []
        yield chunk
    yield from _in_turn(run)


def _in_turn(run: list[tuple[object, TimedBytes]]) -> Iterator[TimedBytes]:
    """Yield the chunks of several calls, one of each in turn, at the times of all."""
    calls: dict[object, list[bytes]] = {}
    for own, chunk in run:
        calls.setdefault(own, []).append(chunk.data)
    mixed = [data for step in zip_longest(*calls.values()) for data in step if data is not None]
    numbers = [event.read(chunk.data).get("sequence_number") for _, chunk in run]
    for (_, chunk), data, number in zip(run, mixed, numbers, strict=True):
        if number is not None:
            data = event.rewritten(data, event.read(data) | {"sequence_number": number})
        yield TimedBytes(chunk.at, data)


def argument_objects(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Give a call's arguments as an object and at once, not as JSON in pieces of text."""
    written: dict[object, str] = {}
    for chunk in arriving(plan):
        read = event.read(chunk.data)
        if (piece := event.fragment(read)) is not None:
            tool = event.tool_of(read)
            written[tool] = written.get(tool, "") + piece
    whole = {tool: _object(text) for tool, text in written.items()}
    for chunk in plan.chunks:
        read = event.read(chunk.data)
        call = chat_call(read)
        if call is not None and "name" in call["function"]:
            call["function"]["arguments"] = whole.get(call.get("index"), {})
        elif (read.get("content_block") or {}).get("type") == "tool_use":
            read["content_block"]["input"] = whole.get(read.get("index"), {})
        elif event.fragment(read) is not None:
            continue
        elif not any(_arguments_as_objects(read)):
            yield chunk
            continue
        yield TimedBytes(chunk.at, event.rewritten(chunk.data, read))


def _arguments_as_objects(read: Event) -> list[bool]:
    """Turn the arguments that a whole item of a response repeats; return what was turned."""
    items = [read, read.get("item") or {}, *((read.get("response") or {}).get("output") or [])]
    texts = [one for one in items if isinstance(one.get("arguments"), str) and one["arguments"]]
    for one in texts:
        one["arguments"] = _object(one["arguments"])
    return [True for _ in texts]


def _object(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:  # it was cut
        return {}


def _finish(chat: str | None, messages: str | None, only: tuple[str, ...] = ()) -> Quirk:
    """Return the quirk of another reason for the end."""

    def change(read: Event) -> None:
        choice = chat_choice(read)
        if choice.get("finish_reason") and (not only or choice["finish_reason"] in only):
            choice["finish_reason"] = chat
        delta = read.get("delta")
        if read.get("type") != "message_delta" or not isinstance(delta, dict):
            return
        if not only or delta.get("stop_reason") in only:
            delta["stop_reason"] = messages

    return change_each(change)


def after_finish(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Send the last piece of the answer behind the reason for its end."""
    held: TimedBytes | None = None
    for chunk in plan.chunks:
        read = event.read(chunk.data)
        if not chat_choice(read):
            if held:
                yield held
            held = None
            yield chunk
        elif chat_choice(read).get("finish_reason") and held:
            yield TimedBytes(held.at, chunk.data)
            held = TimedBytes(chunk.at, held.data)
        else:
            if held:
                yield held
            held = chunk
    if held:
        yield held


def no_done(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Leave out the last formality: [DONE] or message_stop."""
    for chunk in plan.chunks:
        if chunk.data != DONE and event.read(chunk.data).get("type") != "message_stop":
            yield chunk


def done_everywhere(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """End with [DONE], also where the API has no such thing."""
    last = TimedBytes(0, b"")
    for last in plan.chunks:
        yield last
    if last.data != DONE:
        yield TimedBytes(last.at, DONE)


def _between(*signs: bytes) -> Quirk:
    """Return the quirk of sending something between the events, now and then."""

    def quirk(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
        for number, chunk in enumerate(plan.chunks):
            if number % EVERY == 1:
                yield TimedBytes(chunk.at, signs[number // EVERY % len(signs)])
            yield chunk

    return quirk


def start_twice(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Send the first event twice."""
    for number, chunk in enumerate(plan.chunks):
        yield from [chunk] * (2 if number == 0 else 1)


def text_at_once(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Give text whole: in content_block_start, in the finish, or only in events of .done."""
    texts: dict[object, str] = {}
    for chunk in arriving(plan):
        read = event.read(chunk.data)
        if (piece := _piece(read)) is not None:
            texts[read.get("index")] = texts.get(read.get("index"), "") + piece
    for chunk in plan.chunks:
        read = event.read(chunk.data)
        choice = chat_choice(read)
        if _piece(read):
            continue
        if (read.get("content_block") or {}).get("type") == "text":
            read["content_block"]["text"] = texts.get(read.get("index"), "")
        elif choice.get("finish_reason") and None in texts:
            choice["delta"] = {"content": texts[None]}
        else:
            yield chunk
            continue
        yield TimedBytes(chunk.at, event.rewritten(chunk.data, read))


def _piece(read: Event) -> str | None:
    """Return the piece of text that an event brings."""
    if read.get("type") == "response.output_text.delta":
        return str(read["delta"])
    delta = chat_choice(read).get("delta") or read.get("delta")
    text = delta.get("text", delta.get("content")) if isinstance(delta, dict) else None
    return text if isinstance(text, str) and "role" not in (delta or {}) else None


def _content_parts(read: Event) -> None:
    delta = chat_choice(read).get("delta") or {}
    if isinstance(delta.get("content"), str) and delta["content"]:
        delta["content"] = [{"type": "text", "text": delta["content"]}]


def _usage_elsewhere(read: Event) -> None:
    """Move usage: from its own chunk or event to where other servers have it."""
    if read.get("object") == "chat.completion.chunk":
        if read.get("usage"):
            read["choices"] = [{"index": 0, "delta": {}, "usage": read.pop("usage")}]
        return
    if read.get("type") == "message_delta" and "usage" in read:
        read["delta"]["usage"] = read.pop("usage")
    response = read.get("response")
    if isinstance(response, dict) and response.get("usage"):
        read["usage"] = response.pop("usage")


def _no_usage(read: Event) -> None:
    for holder in (read, read.get("message") or {}, read.get("response") or {}):
        if "usage" in holder:
            holder["usage"] = None


def _cached_beside(read: Event) -> None:
    """Count the cached tokens beside the prompt's, where the API counts them among them."""
    for holder in (read, read.get("response") or {}):
        usage = holder.get("usage") or {}
        for name, details in (
            ("prompt_tokens", "prompt_tokens_details"),
            ("input_tokens", "input_tokens_details"),
        ):
            if isinstance(usage.get(details), dict):
                usage[details]["cached_tokens"] = 10 * usage[name] + 1000


def _no_zero(read: Event) -> None:
    """Leave out every index that is 0, as writers do that leave out what is empty."""
    call = chat_call(read)
    for holder in (read, chat_choice(read), call or {}):
        for name in ("index", "output_index", "content_index", "summary_index"):
            if holder.get(name) == 0:
                del holder[name]


def emoji_halves(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Send the two halves of a large character in two deltas."""
    for chunk in plan.chunks:
        read = event.read(chunk.data)
        piece = _piece(read)
        large = re.search(r"[\U00010000-\U0010ffff]", piece or "")
        if piece is None or large is None:
            yield chunk
            continue
        code = ord(large[0]) - 0x10000
        high, low = chr(0xD800 + (code >> 10)), chr(0xDC00 + (code & 0x3FF))
        for half in (piece[: large.start()] + high, low + piece[large.end() :]):
            yield TimedBytes(chunk.at, _escape(chunk.data, read, half))


def _escape(data: bytes, read: Event, text: str) -> bytes:
    """Return an event with another text, written in ASCII: half a character has no bytes."""
    copy = json.loads(json.dumps(read))
    delta = chat_choice(copy).get("delta") or copy.get("delta")
    if isinstance(delta, dict):
        delta["text" if "text" in delta else "content"] = text
    else:
        copy["delta"] = text
    head = data[: data.find(b"data: ")]
    return head + b"data: " + json.dumps(copy, separators=(",", ":")).encode() + b"\n\n"


def reasoning_content(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
    """Think aloud before the answer, in the field that other servers have for it."""
    for number, chunk in enumerate(plan.chunks):
        yield chunk
        read = event.read(chunk.data)
        if number == 0 and chat_choice(read):
            for piece in ("Let me", " think about", " that."):
                chat_choice(read)["delta"] = {"reasoning_content": piece}
                yield TimedBytes(chunk.at, event.rewritten(chunk.data, read))


def _struck(write: Callable[[Fault, Event], bytes]) -> Quirk:
    """Return the quirk of an error in the middle, after which nothing comes."""

    def quirk(fault: Fault, plan: Plan) -> Iterator[TimedBytes]:
        place = find(fault, plan, None)
        read: Event = {}
        for number, chunk in enumerate(plan.chunks):
            if place is not None and number >= place.chunk:
                yield TimedBytes(chunk.at, write(fault, read))
                return
            read = event.read(chunk.data) or read
            yield chunk

    return quirk


def _error_body(fault: Fault) -> Event:
    return {"message": fault.message or "Provider returned error", "code": fault.status}


def _error_number(fault: Fault, last: Event) -> bytes:
    if "choices" in last:
        told: Event = {"error": _error_body(fault)}
        return b"data: " + json.dumps(told).encode() + b"\n\n"
    told = {"type": "error", "error": _error_body(fault)}
    if "sequence_number" in last:
        told = {"type": "error", "sequence_number": last["sequence_number"] + 1} | _error_body(
            fault
        )
    return b"event: error\ndata: " + json.dumps(told).encode() + b"\n\n"


def _error_line(fault: Fault, last: Event) -> bytes:
    return b"error: " + json.dumps(_error_body(fault)).encode() + b"\n\n"


def _error_bare(fault: Fault, last: Event) -> bytes:
    return json.dumps({"error": _error_body(fault)}).encode() + b"\n"


QUIRKS: dict[str, Quirk] = {
    "interleaved_calls": interleaved_calls,
    "ids_missing": change_each(_without_ids),
    "ids_empty": change_each(_empty_ids),
    "ids_null": change_each(_null_ids),
    "ids_repeated": change_each(_one_id),
    "ids_renewed": renewed_ids,
    "late_names": late_names,
    "argument_objects": argument_objects,
    "finish_stop": _finish("stop", "end_turn", only=("tool_calls", "tool_use")),
    "finish_missing": _finish(None, None),
    "finish_unusual": _finish("eos", "eos"),
    "finish_early": after_finish,
    "no_done": no_done,
    "done_everywhere": done_everywhere,
    "empty_data": _between(b"data:\n\n", b"data: \n\n"),
    "bare_ping": _between(*(b"event: ping\n%b\n" % data for data in PING_DATA)),
    "comments": _between(b": keep-alive\n\n", b":\n\n"),
    "start_twice": start_twice,
    "text_at_once": text_at_once,
    "content_parts": change_each(_content_parts),
    "usage_elsewhere": change_each(_usage_elsewhere),
    "usage_missing": change_each(_no_usage),
    "cached_beside": change_each(_cached_beside),
    "index_missing": change_each(_no_zero),
    "emoji_halves": emoji_halves,
    "reasoning_content": reasoning_content,
    "error_number": _struck(_error_number),
    "error_line": _struck(_error_line),
    "error_bare": _struck(_error_bare),
}  # fmt: skip
