"""JSON for a request that wants some and has no schema: the keys that its words name."""

import re
from typing import Any

NUMBERS = re.compile(
    r"(?i)(.*_)?(age|count|year|price|amount|quantity|number|total|score|rating|size|length|minutes"
    r"|hours|days|temperature|population|cost|servings|confidence|percent(age)?)"
)
SWITCH = re.compile(r"(?i)(is|has|can|should)_.*|true|valid|available|enabled")
LIST = re.compile(
    r"(?i)(.*_)?(items|tags|keywords|names|list|steps|ingredients|topics|facts|colou?rs|cities"
    r"|countries|results|examples|questions|people|languages|fruits|planets|titles)"
)
WORD = r"[`\"'“]?[A-Za-z_]\w{0,40}[`\"'”]?"
MORE = rf"{WORD}(?:(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+){WORD}){{0,20}}"
# How prompts name keys: in an example, after the word itself, or as the last words of all.
EXAMPLE = re.compile(r"[\"'](\w{1,40})[\"']\s*:")
NAMED = re.compile(
    rf"(?i)\b(?:keys?|fields?|properties|attributes|columns)\b(?:\s+(?:named|called|are|of|is|for))?"
    rf"\s*:?\s+({MORE})"
)
WITH = re.compile(rf"(?i)\b(?:with|containing|including)\s+(?:an?\s+|the\s+|its\s+)?({MORE})")
NO_KEYS = re.compile(r"(?i)an?|the|and|or|json|object|keys?|fields?|in|of|to|with|as|for")


def schema_for(prompt: str) -> dict[str, Any] | None:
    """Return a schema with the keys that a prompt names; None if it names none."""
    keys = list(dict.fromkeys(_keys(prompt[:5000])))[:20]
    if not keys:
        return None
    return {"type": "object", "properties": {key: _type(key) for key in keys}, "required": keys}


def without_keys(prompt: str) -> str:
    """Return a prompt without the words that say how its answer should look."""
    plain = re.sub(r"\{[^{}]*\}|(?i:\bjson\b)", " ", prompt)
    for shape in (NAMED, WITH):
        plain = shape.sub(lambda found: " " if len(_list_keys(found[1])) > 1 else found[0], plain)
    return plain


def _keys(prompt: str) -> list[str]:
    if examples := EXAMPLE.findall(prompt):
        return examples
    if found := NAMED.search(prompt):
        return _list_keys(found[1])
    several = [_list_keys(found[1]) for found in WITH.finditer(prompt)]
    return next((keys for keys in several if len(keys) > 1), [])


def _list_keys(text: str) -> list[str]:
    words = re.findall(r"[A-Za-z_]\w*", text)
    return [word for word in words if not NO_KEYS.fullmatch(word)]


def _type(key: str) -> dict[str, Any]:
    if NUMBERS.fullmatch(key):
        return {"type": "number"}
    if SWITCH.fullmatch(key):
        return {"type": "boolean"}
    if LIST.fullmatch(key):
        return {"type": "array", "items": {"type": "string"}}
    return {"type": "string"}
