"""What a key looks like, whoever gives it out: the one place for each form.

A form alone stops honest people: `sk-your-key-here` has one, and so have many identifiers. So a
key is what has a form AND looks drawn at random: without the words that placeholders are made
of, most of it is left, and no word of a language is as mixed as what is left.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

__all__ = ["FORMS", "Form", "Key", "find_keys", "keys"]


class Form(NamedTuple):
    """How the keys of one provider look.

    Attributes:
        whose: who gives them out, for a sentence.
        start: what each begins with, as a pattern.
        body: what follows, as a pattern.
        one_case: whether the body has letters of one case only, as AWS's names of keys have.
    """

    whose: str
    start: str
    body: str
    one_case: bool = False


FORMS = (
    Form("Anthropic", r"sk-ant-(?:[a-z]+\d\d-)?", r"[\w-]{16,}"),
    Form("OpenAI", r"sk-(?:proj|svcacct|admin)-", r"[\w-]{16,}"),
    Form("OpenRouter", r"sk-or-(?:v\d-)?", r"[\w-]{16,}"),
    Form("OpenAI", r"sk-", r"[\w-]{16,}"),  # many compatible servers give these, too
    Form("Google", r"AIza", r"[\w-]{35}(?![\w-])"),
    Form("Hugging Face", r"(?:hf|api_org)_", r"[A-Za-z0-9]{30,}"),
    Form("GitHub", r"github_pat_", r"[A-Za-z0-9_]{40,}"),
    Form("GitHub", r"gh[pousr]_", r"[A-Za-z0-9]{30,}"),
    Form("GitLab", r"gl(?:pat|dt|rt|ptt|cbt)-", r"[\w-]{20,}"),
    Form("AWS", r"A(?:KIA|SIA)", r"[A-Z0-9]{16}(?![A-Za-z0-9])", one_case=True),
    Form("Groq", r"gsk_", r"[A-Za-z0-9]{40,}"),
    Form("xAI", r"xai-", r"[A-Za-z0-9]{40,}"),
    Form("Slack", r"xox[abeprs]-", r"[A-Za-z0-9-]{20,}"),
    Form("Stripe", r"[rsp]k_(?:live|test)_", r"[A-Za-z0-9]{16,}"),
)
# Each form begins with one of these letters. A search that looks at them first is four times as
# quick.
FIRST = "[Aaghprsx]"
# In the middle of a word there is no key: `task-…`, or base 64.
PATTERN = re.compile(
    rf"(?={FIRST})(?<![A-Za-z0-9])(?:"
    + "|".join(f"(?P<f{n}>({form.start})({form.body}))" for n, form in enumerate(FORMS))
    + ")",
    re.ASCII,
)
# AWS's secret half has no form of its own: it is known by what stands beside it.
AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
AWS_NAME = re.compile(
    r"aws.{0,20}secret|secret_?access_?key|(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}", re.IGNORECASE
)
BESIDE = 300  # characters
HASH = re.compile(r"[0-9a-f]+")

# What placeholders are made of.
WORDS = (
    "access account actual admin anthropic apikey auth aws azure bearer bedrock change claude "
    "course default demo dummy empty enter environment example fake fill from github gitlab goes "
    "google have here huggingface insert invalid keys learner like live local long looks mock "
    "model must never none notreal nothing offline only openai organization paste personal place "
    "placeholder please private project provider public random real redacted replace sample "
    "secret some something test testing that this token user value vertex want what with xxxx "
    "your api key my not put the"
)


def _make_pattern(words: list[str]) -> str:
    """Return the pattern of words as people write them: small, Capitalised or in CAPITALS."""
    forms = [form for word in words for form in (word, word.capitalize(), word.upper())]
    return "|".join(sorted(forms, key=len, reverse=True))


PLACEHOLDER = re.compile(_make_pattern(WORDS.split()) + r"|([xX*.0-])\1{3,}")
# No key is drawn that holds one of these: it would take longer than there has been a world.
SURELY = re.compile(_make_pattern([word for word in WORDS.split() if len(word) >= 7]))
# Also what is in no list, such as CamelCase: letters of a word can be spoken.
WORD = re.compile(r"[A-Z]?(?![a-z]*[bcdfghjklmnpqrstvwxz]{4})[a-z]{3,}|[A-Z]{5,}(?![a-z])")
RUN = re.compile(r"[A-Za-z0-9]{3,}")  # keys have few hyphens, and names have many
MOST_OF_IT = 0.5  # of a key is left without the words of placeholders
SOME_OF_IT = 0.25  # and this without anything that reads like a word
LEAST = 10  # characters of it
LONGEST = 400  # characters that are looked at: no key has more
BITS = 2.6  # that a character carries at least; a repeated piece has fewer
CHANGES = 0.12  # of the neighbours are of two kinds: small, capital, digit
DIGITS = (0.2, 0.8)  # or so much of it is digits: no word is


class Key(NamedTuple):
    """A key that stands in a text.

    Attributes:
        start, end: where.
        whose: who gives such keys out.
        shown: what may be shown of it: six characters at most, none of them secret.
    """

    start: int
    end: int
    whose: str
    shown: str


def keys(text: str) -> Iterator[Key]:
    """Yield what has the form of a key and looks like one, in the order of the text."""
    yield from (
        key for key, body, form in _all(text) if _looks_random(body[:LONGEST], form.one_case)
    )


def find_keys(text: str) -> Iterator[Key]:
    """Yield whatever has the form of a key, placeholders too."""
    yield from (key for key, _, _ in _all(text))


def _all(text: str) -> Iterator[tuple[Key, str, Form]]:
    for found in PATTERN.finditer(text):
        name = found.lastgroup or ""
        place = int(name[1:])
        start, body = (one for one in found.groups()[found.re.groupindex[name] :][:2])
        key = Key(found.start(), found.end(), FORMS[place].whose, start[:6])
        yield key, body, FORMS[place]
    if not AWS_NAME.search(text):
        return
    secret = Form("AWS", "", "")
    for found in AWS_SECRET.finditer(text):
        around = text[max(0, found.start() - BESIDE) : found.start()]
        around += " " + text[found.end() : found.end() + BESIDE]
        if AWS_NAME.search(around) and not HASH.fullmatch(found.group()):
            yield Key(*found.span(), "AWS, its secret half", ""), found.group(), secret


def _looks_random(body: str, one_case: bool) -> bool:
    """Say whether a key's body looks drawn at random, rather than written by a person."""
    if SURELY.search(body):
        return False
    left = "".join(RUN.findall(PLACEHOLDER.sub("-", body)))
    if len(left) < max(LEAST, MOST_OF_IT * len(body)) or _measure_entropy(left) < BITS:
        return False
    if one_case:
        return True
    if len(WORD.sub("", left)) < SOME_OF_IT * len(left):
        return False
    kinds = [(one.isdigit(), one.isupper()) for one in left]
    changes = sum(one != other for one, other in pairwise(kinds)) / len(left)
    digits = sum(one.isdigit() for one in left) / len(left)
    return changes >= CHANGES or DIGITS[0] <= digits <= DIGITS[1]


def _measure_entropy(letters: str) -> float:
    """Return how many bits a letter carries (Shannon's entropy)."""
    whole = len(letters)
    return -sum(n / whole * math.log2(n / whole) for n in Counter(letters).values())
