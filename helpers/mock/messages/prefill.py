"""An answer whose beginning the client wrote: the last message is the assistant's.

The model goes on from there, and what it sends doesn't repeat the beginning.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..script.parts import Part, Text


def split_prefill(request: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a request without the beginning of its answer, and that beginning; "" if none.

    A turn that paused at one of the API's own tools is no beginning: it is all there.
    """
    *before, last = request["messages"] or [{"role": "user", "content": ""}]
    content = last["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    alone = last["role"] == "assistant" and all(block.get("type") == "text" for block in blocks)
    begun = "".join(block["text"] for block in blocks) if alone else ""
    return ({**request, "messages": before}, begun) if begun.strip() and before else (request, "")


def going_on(parts: Sequence[Part], begun: str, value: object) -> list[Part]:
    """Return an answer from where it was begun on.

    value: what is told if the beginning is that of JSON, and the answer holds none.
    """
    for place, part in enumerate(parts):
        if isinstance(part, Text) and (rest := after(part.text, begun.rstrip())) is not None:
            said = [replace(part, text=rest)] if rest else []
            return [*parts[:place], *said, *parts[place + 1 :]]
    if begun.lstrip()[:1] in ("{", "["):
        others = [part for part in parts if not isinstance(part, Text)]
        return [*others, Text(json_after(begun.strip(), value))]
    return list(parts)


def after(text: str, begun: str) -> str | None:
    """Return what of a text comes after its beginning; None if it doesn't begin so.

    A text may have words before JSON in a fence. Whoever begins the JSON wants neither.
    """
    if text.startswith(begun):
        return text[len(begun) :]
    shared = [size for size in range(4, len(text)) if begun.endswith(text[:size])]
    if shared:
        return text[shared[-1] :]
    _, _, fenced = text.partition("```json\n")
    if not fenced:
        return None
    body, mark, tail = fenced.partition("\n```")
    if begun.lstrip().startswith("```json"):
        inner = begun.lstrip().removeprefix("```json").lstrip("\n")
        rest = json_rest(body, inner)
        return None if rest is None else ("" if inner else "\n") + rest + mark + tail
    return json_rest(body, begun.lstrip())


def json_rest(body: str, begun: str) -> str | None:
    """Return what of some JSON comes after its beginning, however that is spaced."""
    try:
        value = json.loads(body)
    except ValueError:  # an answer that is cut short
        return None
    for style in ({}, {"indent": 2}, {"separators": (",", ":")}):
        text = json.dumps(value, ensure_ascii=False, **style)
        if text.startswith(begun):
            return text[len(begun) :]
    return None


def json_after(begun: str, value: object) -> str:
    """Return the rest of JSON that was begun, so that the whole is JSON where that can be."""
    text = json.dumps([value] if begun[0] == "[" else value, ensure_ascii=False)
    rest = json_rest(text, begun)
    return text[1:] if rest is None else rest
