"""Texts that match a regular expression, for the expressions that a tool's schema mostly has."""

import re
import string
from collections.abc import Callable, Iterator

# What the escapes and the dot stand for, as far as a sample needs it.
CLASSES = {"d": string.digits, "w": string.ascii_lowercase + string.digits, "s": " "}
CLASSES |= {"D": string.ascii_letters, "W": "-. ", "S": string.ascii_letters, "t": "\t", "n": "\n"}
ANY = string.ascii_lowercase + string.digits
PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
QUANTIFIER = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}|[*+?]")
MOST = 64  # repetitions of one part; a sample that needs more is not a sample

# A node writes its text; `extra` is how often it repeats what may be repeated more often.
Node = Callable[[int, Iterator[int]], str]


class NotSimple(ValueError):
    """The expression uses something that no sample can be made for here."""


def samples(pattern: str, salt: int = 0) -> Iterator[str]:
    """Yield texts that should match, short ones first; nothing if the pattern isn't simple.

    salt: another number gives other texts, where the pattern leaves a choice.
    """
    try:
        node, end = _alternatives(pattern, 0, 0)
        if end != len(pattern):
            raise NotSimple
    except (NotSimple, IndexError, RecursionError):
        return
    for extra in (0, 1, 2, 4, 8, 16, 32, MOST):
        yield node(extra, iter(range(salt, salt + 100_000)))[:10_000]


def _alternatives(pattern: str, at: int, depth: int) -> tuple[Node, int]:
    if depth > 20:
        raise NotSimple
    first, at = _sequence(pattern, at, depth)
    while at < len(pattern) and pattern[at] == "|":
        _, at = _sequence(pattern, at + 1, depth)  # one of them will do
    return first, at


def _sequence(pattern: str, at: int, depth: int) -> tuple[Node, int]:
    nodes: list[Node] = []
    while at < len(pattern) and pattern[at] not in "|)":
        node, at = _atom(pattern, at, depth)
        if found := QUANTIFIER.match(pattern, at):
            node, at = _repeat(node, found), found.end()
            if pattern[at : at + 1] in ("?", "+"):  # lazy or possessive: the same texts
                at += 1
        nodes.append(node)
    return lambda extra, picks: "".join(node(extra, picks) for node in nodes), at


def _repeat(node: Node, found: "re.Match[str]") -> Node:
    low, comma, high = found.groups()
    if low is None:
        least, most = {"*": (0, MOST), "+": (1, MOST), "?": (0, 1)}[found[0]]
    else:
        least = int(low)
        most = int(high) if high else (max(least, MOST) if comma else least)
    if least > most:
        raise NotSimple
    return lambda extra, picks: "".join(node(extra, picks) for _ in range(min(least + extra, most)))


def _atom(pattern: str, at: int, depth: int) -> tuple[Node, int]:
    match pattern[at]:
        case "^" | "$":
            return _one_of(""), at + 1
        case "(":
            inside = at + 1
            if pattern[inside : inside + 1] == "?":
                if named := re.compile(r"\?(?::|P?<\w+>)").match(pattern, inside):
                    inside = named.end()
                else:
                    raise NotSimple  # looks ahead, behind, or changes the rules
            node, end = _alternatives(pattern, inside, depth + 1)
            if pattern[end] != ")":
                raise NotSimple
            return node, end + 1
        case "[":
            return _class(pattern, at + 1)
        case ".":
            return _one_of(ANY), at + 1
        case "\\":
            if pattern[at + 1] == "b":
                return _one_of(""), at + 2
            return _one_of(_read_escape(pattern[at + 1])), at + 2
        case "*" | "+" | "?":
            raise NotSimple
        case literal:
            return _one_of(literal), at + 1


def _class(pattern: str, at: int) -> tuple[Node, int]:
    negated = pattern[at] == "^"
    at += negated
    allowed = ""
    while pattern[at] != "]" or not allowed:
        if pattern[at] == "\\":
            allowed += _read_escape(pattern[at + 1])
            at += 2
        elif pattern[at + 1] == "-" and pattern[at + 2] != "]":
            first, last = ord(pattern[at]), ord(pattern[at + 2])
            allowed += "".join(map(chr, range(first, min(last, first + 100) + 1)))
            at += 3
        else:
            allowed += pattern[at]
            at += 1
    if negated:
        allowed = "".join(one for one in PRINTABLE if one not in allowed)
    if not allowed:
        raise NotSimple
    return _one_of(allowed), at + 1


def _read_escape(letter: str) -> str:
    if letter in CLASSES:
        return CLASSES[letter]
    if letter.isalnum():
        raise NotSimple  # a code or a reference
    return letter


def _one_of(characters: str) -> Node:
    if len(characters) < 2:
        return lambda extra, picks: characters
    return lambda extra, picks: characters[next(picks) % len(characters)]
