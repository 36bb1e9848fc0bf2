"""What a recording never holds: keys, and what tells who sent a request.

Headers are kept by a list of the harmless ones, so a new one that identifies is left out too. In
addresses and bodies a key is struck out wherever it stands, one asterisk a byte, so that every
offset and every chunk stays where it was. Secret is what the request carries in a header for
credentials, and whatever has the form of a key. A response's own headers make nothing secret but
the ids that tell who asked.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from ..plan import TimedBytes

KEPT = re.compile(
    r"accept|anthropic-(beta|version)|openai-(beta|version)|content-type|cache-control"
    r"|retry-after(-ms)?|x-should-retry|(anthropic|x)-ratelimit-[a-z-]+|mock-settings"
    r"|x-stainless-(lang|package-version|retry-count|helper-method|stream-helper)"
)
KEPT_IN_ADDRESS = ("beta", "limit", "order", "stream", "starting_after", "alt")

# A header of a request whose value is a secret, by the last word of its name: x-api-key is one,
# x-token-count is none. Of a response, no header is: what has the form of a key is found anyway.
CREDENTIAL = re.compile(
    r"(.*[-_])?(authorization|auth|(api)?key|token|secret|password|credentials?|signature)"
)
# These tell who sent a request, in a response too. Their value is struck out if it is an id: a
# word such as `default` or a number may stand anywhere.
IDENTITY = re.compile(r".*(request-id|organi[sz]ation|workspace|project|account)([-_]id)?|cf-ray")
ID = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w-]{12,}")
SHORTEST = 6  # characters; striking out a shorter value would strike out words
NUMBER = re.compile(rb"[-+.\d]+")
# Without these words no recording could be replayed, so no key is made of one of them.
PROTOCOL = re.compile(
    "assistant|content(_block(_(delta|start|stop))?)?|default|developer|function|object|offline-mock"
    "|(input_json|signature|text|thinking)_delta|message(s|_delta|_start|_stop)?|partial_json"
    "|response|signature|stop_reason|stream|system|thinking|tool_(result|use)|bearer"
)

# Any key in the shape that they have, also one that no header carried.
KEY = re.compile(rb"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}")
# What a delta adds to its block, in any of the APIs.
PIECE = re.compile(
    rb'"(?:text|thinking|partial_json|content|arguments|delta)": ?"((?:[^"\\\n]|\\.)*)'
)
LONGEST_CONTEXT = 4096  # bytes of a line that are looked at again when more of it comes
MAYBE_KEY = re.compile(rb"(?<![A-Za-z0-9])s(k(-[A-Za-z0-9_-]*)?)?\Z")


def harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that identify no one; names in lower case."""
    return {name: value for name, value in headers.items() if KEPT.fullmatch(name)}


def secrets(headers: Mapping[str, str], address: str = "") -> set[str]:
    """Return the values in a request that must never be written.

    headers: names in lower case.
    address: path and query.
    """
    found = set()
    for name, value in headers.items():
        if name == "cookie":
            cookies = [part.partition("=")[2] for part in re.split(r"[;,]\s*", value)]
            found |= {one for one in cookies if not one.isdigit()}
        elif CREDENTIAL.fullmatch(name):
            found |= {value, *value.split()}  # "Bearer <key>", and the key alone
            if value.lower().startswith("basic "):
                found |= set(decode_base64(value[6:]).split(":"))
    for part in urlsplit(address).query.split("&"):
        name, _, value = part.partition("=")
        if name not in KEPT_IN_ADDRESS:
            found.add(value)
    found = {one for one in found if len(one) >= SHORTEST and not PROTOCOL.fullmatch(one.lower())}
    return found | identities(headers)


def identities(headers: Mapping[str, str]) -> set[str]:
    """Return the ids in the headers of a request or a response that tell who sent it."""
    return {
        value for name, value in headers.items() if IDENTITY.fullmatch(name) and ID.fullmatch(value)
    }


def decode_base64(text: str) -> str:
    """Return what a text in base 64 says; nothing if it is none."""
    try:
        return base64.b64decode(text).decode()
    except ValueError:
        return ""


class Scrubber:
    """Strikes out keys in a sequence of chunks.

    Also one that lies across two chunks, and one that a model spells out over several deltas. A
    chunk is held back as long as its end may be the beginning of a key.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in list_spellings(secret)}
        ordered = sorted(forms, key=lambda form: (-len(form), form))  # the longest one first
        self._forms = [form.encode() for form in ordered]
        self._any = re.compile(b"|".join([*map(re.escape, self._forms), KEY.pattern]))
        self._held: list[TimedBytes] = []
        self._line = b""  # what was given out of the line that has not ended

    def feed(self, at: float, data: bytes) -> Iterator[TimedBytes]:
        """Yield the chunks, this one or earlier ones, that can be written now."""
        self._held.append(TimedBytes(at, data))
        yield from self._release(whole=False)

    def end(self) -> Iterator[TimedBytes]:
        """Yield the chunks that were held back to the last."""
        yield from self._release(whole=True)

    def _release(self, whole: bool) -> Iterator[TimedBytes]:
        data = b"".join(chunk.data for chunk in self._held)
        text, safe = self._clean(data, whole)
        text = text[:safe] + data[safe:]  # what isn't sure yet is looked at again as it was
        start, waiting = 0, []
        for chunk in self._held:
            end = start + len(chunk.data)
            now = TimedBytes(chunk.at, text[start:end])
            if end > safe:
                waiting.append(now)
            else:
                yield now
                self._line = (self._line + now.data).rpartition(b"\n")[2][-LONGEST_CONTEXT:]
            start = end
        self._held = waiting

    def _clean(self, data: bytes, whole: bool) -> tuple[bytes, int]:
        """Return the data without keys, and how much of it is sure."""
        text = self.strike(data, whole)
        safe = len(text) - (0 if whole else self._waiting(text))
        # The same again in what the deltas say one after another.
        line = self._line + data
        places = [place for piece in PIECE.finditer(line) for place in range(*piece.span(1))]
        told = self.strike(bytes(line[place] for place in places), whole)
        cleaned = bytearray(self._line + text)
        for place, byte in zip(places, told, strict=True):
            if byte != line[place]:
                cleaned[place] = byte
        if not whole and (waiting := self._waiting(told)):
            safe = min(safe, places[-waiting] - len(self._line))
        return bytes(cleaned[len(self._line) :]), safe

    def strike(self, data: bytes, whole: bool = True) -> bytes:
        """Return the data with every key struck out.

        whole: False if more may follow, so that a key that reaches to the end is left for then.
        """

        def stars(found: re.Match[bytes]) -> bytes:
            grows = not whole and found.end() == len(data) and found.group() not in self._forms
            return found.group() if grows else struck(found.group())

        return self._any.sub(stars, data)

    def text(self, text: str) -> str:
        """Return the text with every key struck out."""
        return self.strike(text.encode("utf-8", "replace")).decode("utf-8", "replace")

    def json(self, value: Any) -> Any:
        """Return the JSON value with every key struck out of its texts and names."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.json(entry) for entry in value]
            case dict():
                return {self.text(name): self.json(entry) for name, entry in value.items()}
            case _:
                return value

    def address(self, address: str) -> str:
        """Return path and query; of the query only what is known to be harmless."""
        path, mark, query = address.partition("?")
        parts = []
        for part in query.split("&"):
            name, equals, value = part.partition("=")
            parts.append(part if name in KEPT_IN_ADDRESS else name + equals + "*" * len(value))
        return self.text(path + mark + "&".join(parts))

    def _waiting(self, text: bytes) -> int:
        """Return how many bytes at the end may belong to a key that isn't all there."""
        longest = max((len(form) for form in self._forms), default=0)
        tail = text[-longest:] if longest else b""
        starts = [
            length
            for form in self._forms
            for length in range(min(len(form) - 1, len(tail)), 0, -1)
            if tail.endswith(form[:length])
        ]
        maybe = MAYBE_KEY.search(text)
        return max([*starts, len(maybe.group()) if maybe else 0], default=0)


def struck(secret: bytes) -> bytes:
    """Return what stands in a secret's place: as many asterisks, in a number other digits.

    An asterisk for a digit would make a number of the body something that nobody can read.
    """
    if not NUMBER.fullmatch(secret):
        return b"*" * len(secret)
    other = b"2" if set(secret) & set(b"023456789") == set() else b"1"
    return re.sub(rb"\d", other, secret)


def list_spellings(secret: str) -> set[str]:
    """Return a secret as it may stand in an address, in JSON, or as it is."""
    quoted = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]
    return {secret, quote(secret), quote(secret, safe=""), *quoted}
