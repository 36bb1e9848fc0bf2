"""What the API of a case says: events, with random words, cut into random chunks."""

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "Event",
    "RandomValues",
    "call",
    "delta",
    "encoded",
    "end",
    "in_data_lines",
    "message",
    "pieces",
    "start",
    "text",
    "tool_use",
]

Event = dict[str, Any]

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
ODD = [
    "é",
    "ß",
    "漢字",
    "🌦️",
    "👩\u200d🔬",
    "“quoted”",
    "Ω≈ç",
    "data:",
    "event: x",
]


class RandomValues(random.Random):
    """Random values for a case; the same for the same seed."""

    def word(self) -> str:
        """Return a word that nobody could have foreseen."""
        return "".join(self.choice(SYLLABLES) for _ in range(5))

    def city(self) -> str:
        """Return the name of a city that isn't there."""
        return self.word().capitalize()

    def sentence(self, words: int = 6) -> str:
        """Return some words."""
        return " ".join(self.word() for _ in range(words))

    def odd_sentence(self, words: int = 6) -> str:
        """Return some words, and between them what takes several bytes, or looks like the wire."""
        chosen = self.sentence(words).split()
        for odd in self.sample(ODD, 3):
            chosen.insert(self.randrange(1, words), odd)
        return " ".join([*chosen[:1], "é漢字", *chosen[1:]])

    def split(self, text: str, most: int = 6) -> list[str]:
        """Cut a text into pieces of random lengths."""
        parts, at = [], 0
        while at < len(text):
            step = self.randint(1, most)
            parts.append(text[at : at + step])
            at += step
        return parts

    def chunks(self, data: bytes, most: int = 40) -> list[bytes]:
        """Cut bytes anywhere, also inside a character."""
        parts, at = [], 0
        while at < len(data):
            step = self.randint(1, most)
            parts.append(data[at : at + step])
            at += step
        return parts


def start(values: random.Random) -> Event:
    """Return message_start."""
    number = values.randrange(10**9)
    return {
        "type": "message_start",
        "message": {
            "id": f"msg_{number}",
            "type": "message",
            "role": "assistant",
            "model": "offline-mock",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 25, "output_tokens": 1},
        },
    }


def text(index: int, parts: Iterable[str]) -> list[Event]:
    """Return the events of a text block."""
    block = {"type": "text", "text": ""}
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *(delta(index, {"type": "text_delta", "text": part}) for part in parts),
        {"type": "content_block_stop", "index": index},
    ]


def tool_use(index: int, id: str, name: str, fragments: Iterable[str]) -> list[Event]:
    """Return the events of a call, whose input comes in fragments of JSON."""
    block = {"type": "tool_use", "id": id, "name": name, "input": {}}
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *(delta(index, {"type": "input_json_delta", "partial_json": f}) for f in ["", *fragments]),
        {"type": "content_block_stop", "index": index},
    ]


def call(values: RandomValues, index: int = 0) -> tuple[str, str, list[Event]]:
    """Return a random call of get_weather: its city, its id, its events."""
    city, id = values.city(), f"toolu_{values.randrange(10**9)}"
    return city, id, tool_use(index, id, "get_weather", pieces(values, {"city": city}))


def end(stop_reason: str = "end_turn") -> list[Event]:
    """Return message_delta and message_stop."""
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 40}},
        {"type": "message_stop"},
    ]


def message(
    values: random.Random, blocks: Sequence[list[Event]], stop_reason: str = "end_turn"
) -> list[Event]:
    """Return a whole message."""
    return [start(values), *(event for block in blocks for event in block), *end(stop_reason)]


def pieces(values: RandomValues, given: dict[str, Any]) -> list[str]:
    """Return a tool's input as fragments of JSON, cut anywhere, also inside an escape."""
    return values.split(json.dumps(given), most=5)


def encoded(events: Iterable[Event], newline: str = "\n") -> bytes:
    """Return events as an event stream."""
    return "".join(
        f"event: {event['type']}{newline}data: {json.dumps(event, ensure_ascii=False)}{newline * 2}"
        for event in events
    ).encode()


def in_data_lines(events: Iterable[Event]) -> bytes:
    """Return events as an event stream in which each one's JSON takes several data lines."""
    lines = []
    for number, event in enumerate(events):
        lines.append(f"event: {event['type']}")
        space = " " * (number % 2)  # it may be left out
        data = json.dumps(event, ensure_ascii=False, indent=1).splitlines()
        lines += [f"data:{space}{line}" for line in data]
        lines.append("")
    return "\n".join([*lines, ""]).encode()


def delta(index: int, given: Event) -> Event:
    """Return the event that brings a delta."""
    return {"type": "content_block_delta", "index": index, "delta": given}
