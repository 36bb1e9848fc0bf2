"""How fast event streams are decoded: ours, and others, in one run on one machine.

    python benchmarks/sse_decoding.py [rounds]

Each figure is the median over rounds in which the decoders take turns, and each ratio
the median of the rounds' ratios, so that a machine that grows slower or faster meets them
all alike. Times are CPU times: what other programs take doesn't count. The bounds are
what bytes.split takes to find the blank lines and nothing else, and that plus json.loads
of the data.
"""

# ruff: noqa: T201, D103 (a script whose output is its purpose)

import codecs
import json
import operator
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
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


def with_json(decode: Callable[[Sequence[bytes]], Iterator[str]]) -> Count:
    def count(chunks: Sequence[bytes]) -> int:
        return sum(1 for data in decode(chunks) if json.loads(data))

    return count


def our_data(chunks: Sequence[bytes]) -> Iterator[str]:
    decoder = SSEDecoder()
    return (event.data for chunk in chunks for event in decoder.feed(chunk))


def anthropic_data(chunks: Sequence[bytes]) -> Iterator[str]:
    return (event.data for event in AnthropicDecoder().iter_bytes(iter(chunks)))


def blocks(chunks: Sequence[bytes]) -> Iterator[list[bytes]]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n\n")
        yield whole


def split(chunks: Sequence[bytes]) -> int:
    return sum(len(whole) for whole in blocks(chunks))


def split_json(chunks: Sequence[bytes]) -> int:
    # Knows beforehand that an event is two lines, and where the data starts.
    return sum(
        1
        for whole in blocks(chunks)
        for block in whole
        if json.loads(block.partition(b"data: ")[2])
    )


def utf8() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")


def decoders() -> dict[str, Count]:
    found: dict[str, Count] = {
        "ours": ours,
        "anthropic": anthropic,
        "httpx-sse": httpx_sse,
        "httpx2": httpx2,
    }
    with suppress(ImportError):
        openai = import_module("openai._streaming").SSEDecoder
        found["openai"] = lambda chunks: sum(1 for _ in openai().iter_bytes(iter(chunks)))
    with suppress(ImportError):  # not among the course's packages; measured where it is there
        client = import_module("sseclient").SSEClient
        found["sseclient-py"] = lambda chunks: sum(1 for _ in client(Body(chunks)).events())
    return found


class Body(list[bytes]):
    """Chunks as sseclient-py wants them: with a method to close them."""

    def close(self) -> None:
        """There is nothing to close."""


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


Times = dict[str, list[float]]


def race(counts: dict[str, Count], chunks: Sequence[bytes], rounds: int) -> Times:
    """Return each decoder's time for the stream in every round, in seconds."""
    times: Times = {name: [] for name in counts}
    for _ in range(rounds):
        for name, count in counts.items():
            start = time.process_time()
            events = count(chunks)
            times[name].append(time.process_time() - start)
            assert events == EVENTS, (name, events)
    return times


def ratio(times: Times, name: str, ours: str = "ours") -> float:
    """Return how many times as long it takes as ours, in the median round."""
    return statistics.median(map(operator.truediv, times[name], times[ours]))


def print_speeds(rounds: int) -> None:
    bare = decoders()
    counts = bare | {
        "split": split,
        "ours + json": with_json(our_data),
        "anthropic + json": with_json(anthropic_data),
        "split + json": split_json,
    }
    events = text_stream()
    stream = b"".join(events)
    sizes = {"64 B": 64, "1 KiB": 1024, "4 KiB": 4096, "16 KiB": 16_384, "64 KiB": 65_536}
    chunkings = {"one event": events} | {name: cut(stream, size) for name, size in sizes.items()}
    races = {name: race(counts, chunks, rounds) for name, chunks in chunkings.items()}

    print(f"Thousand events a second (our speed as a multiple), median of {rounds} rounds.\n")
    print(f"{'chunks of':17}" + "".join(f"{size:>15}" for size in races))
    for name in counts:
        our_name = "ours + json" if name.endswith("+ json") else "ours"
        cells = [
            f"{EVENTS / statistics.median(times[name]) / 1000:>7,.0f}"
            f" ({ratio(times, name, our_name):5.2f}x)"
            for times in races.values()
        ]
        print(f"{name:17}" + "".join(cells))

    print()
    for size, times in races.items():
        faster = ratio(times, "anthropic")
        rival, lead = min(
            ((name, ratio(times, name)) for name in bare if name != "ours"),
            key=lambda pair: pair[1],
        )
        print(
            f"{size:>9}: {faster:.2f} times anthropic's, "
            f"{'target of 2.5 met' if faster >= 2.5 else 'short of the target of 2.5'}; "
            f"{lead:.2f} times the fastest of the others ({rival})"
        )


def print_growth() -> None:
    """One long line in small chunks: ten times the bytes should take ten times as long."""
    print("\nOne data line, in milliseconds: a tenth of it, all of it, and how that grew.\n")
    for size in (16, 1):
        print(f"  in chunks of {size} B")
        for name, count in decoders().items():
            taken = []
            for length in (LONG_LINE // 10, LONG_LINE):
                chunks = cut(b"data: " + b"x" * length + b"\n\n", size)
                start = time.process_time()
                assert count(chunks) == 1
                taken.append((time.process_time() - start) * 1000)
            print(f"    {name:12}{taken[0]:10,.1f}{taken[1]:10,.1f}{taken[1] / taken[0]:8.1f}x")


if __name__ == "__main__":
    print_speeds(int(sys.argv[1]) if sys.argv[1:] else 11)
    print_growth()
