"""How fast event streams are decoded: ours, and others, in one run on one machine.

    python benchmarks/sse_decoding.py [rounds]

Each figure is the median over rounds in which the decoders take turns, so that a
machine that grows slower or faster meets them all alike. The floor is what bytes.split
takes to find the blank lines and do nothing else.
"""

# ruff: noqa: T201, D103 (a script whose output is its purpose)

import codecs
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from anthropic._streaming import SSEDecoder as AnthropicDecoder
from httpx2._sse import _SSEParser as Httpx2Parser
from httpx_sse._decoders import SSEDecoder as HttpxSSEDecoder
from httpx_sse._decoders import SSELineDecoder as HttpxSSELineDecoder

from helpers.sse import SSEDecoder

EVENTS = 2000
LONG_LINE = 400_000

Count = Callable[[Sequence[bytes]], int]


def ours(chunks: Sequence[bytes]) -> int:
    decoder = SSEDecoder()
    return sum(len(decoder.feed(chunk)) for chunk in chunks)


def httpx_sse(chunks: Sequence[bytes]) -> int:
    # Its EventSource minus the response: text, lines, events.
    text, lines, events = utf8(), HttpxSSELineDecoder(), HttpxSSEDecoder()
    count = 0
    for chunk in chunks:
        for line in lines.decode(text.decode(chunk)):
            count += events.decode(line) is not None
    return count


def httpx2(chunks: Sequence[bytes]) -> int:
    text, parser = utf8(), Httpx2Parser()
    return sum(1 for chunk in chunks for _ in parser.decode(text.decode(chunk)))


def anthropic(chunks: Sequence[bytes]) -> int:
    return sum(1 for _ in AnthropicDecoder().iter_bytes(iter(chunks)))


def floor(chunks: Sequence[bytes]) -> int:
    count, rest = 0, b""
    for chunk in chunks:
        *blocks, rest = (rest + chunk).split(b"\n\n")
        count += len(blocks)
    return count


def utf8() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")


def decoders() -> dict[str, Count]:
    found: dict[str, Count] = {
        "ours": ours,
        "httpx-sse": httpx_sse,
        "httpx2": httpx2,
        "anthropic": anthropic,
    }
    try:  # not among the course's packages; measured where it is there
        decoder = import_module("openai._streaming").SSEDecoder
        found["openai"] = lambda chunks: sum(1 for _ in decoder().iter_bytes(iter(chunks)))
    except ImportError:
        pass
    return found


def text_stream() -> list[bytes]:
    """Text deltas as the Messages API sends them, padding included, one to an event."""
    rng = random.Random(1)
    words = ["the", "packet", "was", "lost", "retransmission", "—", "naïve", "café", "日本", "it"]
    events = []
    for _ in range(EVENTS):
        delta = {"type": "text_delta", "text": rng.choice(words) + " "}
        event = {"type": "content_block_delta", "index": 0, "delta": delta}
        data = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        padding = " " * rng.randrange(16)
        events.append(f"event: content_block_delta\ndata: {data[:-1]}{padding}}}\n\n".encode())
    return events


def cut(stream: bytes, size: int) -> list[bytes]:
    return [stream[i : i + size] for i in range(0, len(stream), size)]


def race(counts: dict[str, Count], chunks: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Return each decoder's median time for the stream, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in counts}
    for _ in range(rounds):
        for name, count in counts.items():
            start = time.perf_counter()
            events = count(chunks)
            times[name].append(time.perf_counter() - start)
            assert events == EVENTS, (name, events)
    return {name: statistics.median(taken) for name, taken in times.items()}


def print_speeds(rounds: int) -> None:
    counts = decoders() | {"floor": floor}
    print(f"Thousand events a second, and our speed as a multiple; median of {rounds} rounds.\n")
    print(f"{'chunk':>12}" + "".join(f"{name:>18}" for name in counts))
    events = text_stream()
    stream = b"".join(events)
    sizes = {"64 B": 64, "1 KiB": 1024, "4 KiB": 4096, "16 KiB": 16_384, "64 KiB": 65_536}
    chunkings = {"one event": events} | {name: cut(stream, size) for name, size in sizes.items()}
    for name, chunks in chunkings.items():
        taken = race(counts, chunks, rounds)
        cells = [
            f"{EVENTS / seconds / 1000:>9,.0f} ({seconds / taken['ours']:5.2f}x)"
            for seconds in taken.values()
        ]
        print(f"{name:>12}" + "".join(cells))


def print_growth() -> None:
    """One long line in small chunks: ten times the bytes should take ten times as long."""
    print("\nOne data line, in milliseconds: a tenth of it, all of it, and how that grew.\n")
    for size in (16, 1):
        print(f"  in chunks of {size} B")
        for name, count in decoders().items():
            taken = []
            for length in (LONG_LINE // 10, LONG_LINE):
                chunks = cut(b"data: " + b"x" * length + b"\n\n", size)
                start = time.perf_counter()
                assert count(chunks) == 1
                taken.append((time.perf_counter() - start) * 1000)
            print(f"    {name:12}{taken[0]:10,.1f}{taken[1]:10,.1f}{taken[1] / taken[0]:8.1f}x")


if __name__ == "__main__":
    print_speeds(int(sys.argv[1]) if sys.argv[1:] else 11)
    print_growth()
