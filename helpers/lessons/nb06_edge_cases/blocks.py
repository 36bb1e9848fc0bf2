"""Blocks of a turn, as they stand in a history."""

from helpers.lessons.common.events import Block


def text(words: str) -> Block:
    """A block of text."""
    return {"type": "text", "text": words}


def thinking(thought: str, signature: str = "c2lnbmVk") -> Block:
    """A block of thinking; without a signature, it was cut."""
    return {"type": "thinking", "thinking": thought, "signature": signature}


def call(id: str, city: str = "Lagos") -> Block:
    """A call of the learner's tool."""
    return {"type": "tool_use", "id": id, "name": "get_weather", "input": {"city": city}}
