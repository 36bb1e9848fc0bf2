"""How long a tool's input takes to assemble: ours, the SDK's helper, and the bound.

    python benchmarks/assembling.py [--long] [rounds]

A tool's input arrives in fragments of 20 characters. The SDK's helper parses all that came
so far again for each of them; ours collects them and parses once. Each figure is the
median over rounds in which the three take turns. The bound does nothing but append the
fragments to a list, join them, and call json.loads. Time is the processor's, so that
other work on the machine counts less. With --long there is 1 MB as well, for which the
SDK needs minutes.
"""

# ruff: noqa: T201, D103 (a script whose output is its purpose)

import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from anthropic._models import construct_type
from anthropic.lib.streaming._messages import accumulate_event, build_events
from anthropic.types import RawMessageStreamEvent

from helpers.message import MessageAssembler

Event = dict[str, Any]

FRAGMENT = 20  # characters
SIZES = {"1 KB": 1_000, "10 KB": 10_000, "100 KB": 100_000, "300 KB": 300_000}
LONG_SIZES = {"1 MB": 1_000_000}

SLOW = 1.0  # seconds: what takes longer is measured once, not in every round
LINEAR = 1.2  # the most that time may grow as a power of the size, with room for noise
TARGET = 1_000  # times the SDK, on 100 KB of objects


def ours(events: Sequence[Event]) -> object:
    assembler = MessageAssembler()
    for event in events:
        assembler.updates(event)
    return assembler.message["content"][0]["input"]


def sdk(typed: Sequence[Any]) -> object:
    # What MessageStream does for each event, once it has a type.
    message: Any = None
    buffers: dict[int, bytes] = {}
    for event in typed:
        message = accumulate_event(event=event, current_snapshot=message, json_bufs=buffers)
        build_events(event=event, message_snapshot=message)
    return message.content[0].input


def append_and_parse(fragments: Sequence[str]) -> object:
    pieces: list[str] = []
    for fragment in fragments:
        pieces.append(fragment)
    return json.loads("".join(pieces))


def one_string(size: int) -> Event:
    line = 'The packet, it said, was "lost"; nobody knew where.\n'
    return {"text": (line * (size // len(line) + 1))[: size - 40]}


def list_of_objects(size: int) -> Event:
    items: list[Event] = []
    length = len(json.dumps({"items": []}))
    while length < size:
        number = len(items)
        items.append({"id": number, "name": f"item {number}", "ok": True, "price": 1.5 * number})
        length += len(json.dumps(items[-1])) + len(", ")
    return {"items": items}


def events_of(fragments: Sequence[str]) -> list[Event]:
    message = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "offline-mock",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    call = {"type": "tool_use", "id": "toolu_01", "name": "save", "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": fragment} for fragment in fragments]
    return [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": call},
        *[{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas],
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 9},
        },
        {"type": "message_stop"},
    ]


def race(value: Event, rounds: int) -> dict[str, float]:
    """Return the median seconds that each takes to put the value together."""
    raw = json.dumps(value)
    fragments = [raw[i : i + FRAGMENT] for i in range(0, len(raw), FRAGMENT)]
    events = events_of(fragments)
    typed = [construct_type(type_=RawMessageStreamEvent, value=event) for event in events]
    runs: dict[str, Callable[[], object]] = {
        "ours": lambda: ours(events),
        "bound": lambda: append_and_parse(fragments),
        "sdk": lambda: sdk(typed),
    }
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            if taken[name] and max(taken[name]) > SLOW:
                continue
            start = time.process_time()
            found = run()
            taken[name].append(time.process_time() - start)
            assert found == value, name
    return {name: statistics.median(times) for name, times in taken.items()}


def print_shape(
    name: str, make: Callable[[int], Event], sizes: dict[str, int], rounds: int
) -> None:
    print(f"{name}\n")
    print(f"{'size':>10}{'SDK ms':>12}{'ours ms':>10}{'bound ms':>10}", end="")
    print(f"{'SDK/ours':>10}{'SDK/bound':>11}")
    results = {label: race(make(size), rounds) for label, size in sizes.items()}
    for label, taken in results.items():
        by_ours, by_bound = taken["sdk"] / taken["ours"], taken["sdk"] / taken["bound"]
        times = (
            f"{taken['sdk'] * 1e3:>12,.2f}{taken['ours'] * 1e3:>10.2f}{taken['bound'] * 1e3:>10.2f}"
        )
        print(f"{label:>10}{times}{by_ours:>9,.0f}x{by_bound:>10,.0f}x")
    print_growth(results, sizes)
    if make is list_of_objects:
        print_target(results["100 KB"])


def print_growth(results: dict[str, dict[str, float]], sizes: dict[str, int]) -> None:
    # From the second size on: the first still shows the fixed cost of a message.
    curve = [*sizes][1:]
    print("\n  growth: how much longer for so many times the size\n")
    for name in ("sdk", "ours", "bound"):
        longer = {
            (small, large): results[large][name] / results[small][name]
            for small, large in [*pairwise(curve), (curve[0], curve[-1])]
        }
        for (small, large), times in longer.items():
            print(f"{name:>10}" if small == curve[0] and large == curve[1] else "", end="")
            print(f"   x{sizes[large] / sizes[small]:.1f}: x{times:.1f}", end="")
        power = math.log(longer[curve[0], curve[-1]], sizes[curve[-1]] / sizes[curve[0]])
        verdict = "linear" if power <= LINEAR else "worse than linear"
        print(f"   size^{power:.2f}, {verdict}")
    print()


def print_target(taken: dict[str, float]) -> None:
    reached, possible = taken["sdk"] / taken["ours"], taken["sdk"] / taken["bound"]
    verdict = "reached" if reached >= TARGET else "missed"
    print(f"  100 KB of objects: {reached:,.0f} times as fast as the SDK; {TARGET:,} is {verdict}.")
    if reached < TARGET:
        print(
            f"  The bound, with no events, checks or updates: {possible:,.0f} times. Most of it is"
        )
        print("  json.loads, and what is left is no room for an update per fragment.")
    print()


def main(arguments: Sequence[str]) -> None:
    sizes = SIZES | LONG_SIZES if "--long" in arguments else SIZES
    rounds = next((int(argument) for argument in arguments if argument.isdigit()), 7)
    print(f"Tool input in fragments of {FRAGMENT} characters; median of {rounds} rounds")
    print(f"(of one, where a round takes more than {SLOW:g} s).\n")
    print_shape("one long string", one_string, sizes, rounds)
    print_shape("a list of small objects", list_of_objects, sizes, rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
