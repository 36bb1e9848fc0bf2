"""What a prompt holds that a tool could be called with: numbers, names, dates, quoted words.

No language is understood here. A clue is a span of the prompt that looks like a value of some
kind, together with the words around it, which say what it may be good for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

LONGEST = 2000  # characters of a prompt that are looked at
MOST = 50  # clues of a prompt, and names again as many; no call needs more
YEAR = 2027  # of a date without one: the offline API has no calendar, only seeds

MONTHS = "january february march april may june july august september october november december"
MONTH = {name[:3]: number for number, name in enumerate(MONTHS.split(), 1)}
MONTH_WORD = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
COUNTED = "two three four five six seven eight nine ten eleven twelve"
NUMBER = {name: value for value, name in enumerate(COUNTED.split(), 2)}
NUMBER |= {"one": 1, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100}

# Text in quotes: the outermost ones, so that a command keeps the quotes within it.
QUOTED = (
    r"```(?:[\w+-]*\n)?(.+?)```|`([^`]+)`|\"((?:\\\"|[^\"])+)\"|“([^”]+)”|‘([^’]+)’|«([^»]+)»"
    r"|(?<!\w)'((?:[^'\n]|'(?=\w)){1,2000})'(?!\w)"
)
# A path begins at a root, at home or with dots, on any system, or has an ending.
NAME = r"(?:[\w.@+=~%-]|\\ ){1,120}"
WINDOWS = r"[^\s\\/:*?\"<>|(),;]{1,120}"
ENDING = r"\.(?:[A-Za-z][A-Za-z0-9]{0,4}|markdown|parquet|sqlite3?|geojson|properties|dockerfile)"
PATH = (
    rf"(?<![\w/\\])(?:[A-Za-z]:[\\/]|\\\\(?={WINDOWS}\\)|\.{{1,2}}\\)"
    rf"(?:{WINDOWS}[\\/]){{0,30}}(?:{WINDOWS}(?<![.,;!)]))?"
    rf"|(?<![\w/\\])(?:{WINDOWS}\\){{1,30}}{WINDOWS}{ENDING}\b"
    rf"|(?<![\w/:.~])(?:~\w{{0,40}}|\.{{1,2}}|\$\w{{1,40}})?/(?:{NAME}/){{0,30}}(?:{NAME}(?<![.]))?"
    rf"|(?<![\w/.@])(?:{NAME}/){{1,30}}(?:{NAME}{ENDING}\b|(?=[\s.,;:!?)]|$))"
)
# One name, with an ending or hidden; no abbreviation such as e.g. and no time such as a.m.
FILE = (
    rf"(?<![\w/.@-])(?!\w\.\w\b)(?:[\w-]{{1,80}}(?:\.[\w-]{{1,40}}){{0,4}}{ENDING}\b"
    r"|\.[a-z][\w-]{2,40}\b)"
)
GLOB = r"(?<!\S)(?=\S*\*)(?=\S*[\w.])[\w./{},?*\[\]~-]{2,120}(?![^\s.,;:!?)])"

# How values are written, the most telling first; each takes its span from those after it.
SHAPES: tuple[tuple[str, str], ...] = (
    ("quoted", rf"(?s){QUOTED}"),
    ("url", r"\bhttps?://[^\s<>\"]*[^\s<>\".,;:!?)]"),
    ("email", r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,}"),
    ("glob", GLOB),
    ("file", PATH),
    ("date", r"\b\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?"),
    ("date", rf"(?i)\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH_WORD}(?:,? \d{{4}})?\b"),
    ("date", rf"(?i)\b{MONTH_WORD} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?"),
    ("date", r"\b\d{1,2}[/.]\d{1,2}[/.]\d{4}\b"),
    ("time", r"(?i)\b\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m\b)?|\b\d{1,2} ?[ap]m\b"),
    ("file", FILE),
    ("code", r"#?(?<!\w)(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Za-z])[A-Za-z0-9][\w-]{1,60}\b"),
    (
        "number",
        r"(?<![\w.])-?\d{1,3}(?:,\d{3})+(?:\.\d{1,15})?|(?<![\w.])-?\d{1,15}(?:\.\d{1,15})?",
    ),
    ("number", rf"(?i)\b(?:{'|'.join(NUMBER)})\b"),
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that start a sentence, or are always written large, and are no name.
NO_NAMES = _set(
    """a add all an and answer any are as ask at book buy calculate call can cancel check
    classify compare compute convert could count create delete did do does draft edit email
    explain fetch find for extract from generate get give given go has have hello help hey hi
    how i i'd i'll i'm identify if in is it its let let's list look mail make may me move
    multiply my new not now of on open or order our output parse please plus put read remind
    remove reply return run save say schedule search see send set should show so sum summarise
    summarize take tell than thanks that the then there this to translate turn update use
    using was we weather what what's when when's where where's which who who's why will with
    would write you your monday tuesday wednesday thursday friday saturday sunday"""
) | _set(MONTHS)
JOINING = _set("of de da del du van von der den la le al el bin dos di y")
SMALL = _set(
    """a about after all an and any are as at be before but by can do does for from has have how
    i if in into is it its me my no not now of on or our please right so than that the their them
    then there these this those to today tomorrow tonight was we what when where which who will
    with would you your celsius fahrenheit kelvin metric imperial general detail total"""
)
DOUBLE = _set("new san los las el rio cape hong saint st port buenos mexico tel abu")
ENDS = (
    r"(?=\s+(?:published|written|and cc|with|by|in|from|please|for me|limit|at most)\b|[.?!;\n]|$)"
)


@dataclass(frozen=True)
class Clue:
    """A span of the prompt that looks like a value.

    kind: one of SHAPES, or name, topic, rest, sum or member.
    before, after: the words around it, by their stem, up to the clues beside it; the nearest
        one is the last of `before` and the first of `after`.
    weak: whether it may well be none.
    """

    kind: str
    value: Any
    start: int
    end: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    weak: bool = False

    def overlaps(self, other: "Clue") -> bool:
        """Return whether both stand on the same characters."""
        return self.start < other.end and other.start < self.end


def find(prompt: str, known: frozenset[str] = frozenset()) -> list[Clue]:
    """Return the clues in a prompt, in the order in which they stand there.

    known: words of the tool itself, in lower case; they are no names.
    """
    text = prompt[:LONGEST]
    spans: list[Clue] = []
    for kind, shape in SHAPES:
        for match in re.finditer(shape, text):
            value = _value(kind, match, text)
            clue = Clue(kind, value, match.start(), match.end())
            if len(spans) == MOST:
                break
            if value is not None and not any(clue.overlaps(other) for other in spans):
                spans.append(clue)
    free = (
        "".join(
            "\0" if any(span.start <= at < span.end for span in spans) else character
            for at, character in enumerate(text)
        )
        if spans
        else text
    )
    names = list(islice(_names(free, known), MOST))
    if all(name.weak for name in names):
        small = islice(_small_names(free, known), MOST)
        names += [one for one in small if not any(map(one.overlaps, names))]
    spans = sorted([*spans, *names], key=lambda clue: clue.start)
    with_words = [
        place(text, clue, spans[index - 1].end if index else 0, _next(spans, index, len(text)))
        for index, clue in enumerate(spans)
    ]
    dates = [span for span in spans if span.kind in ("date", "url", "quoted")]
    longer = [clue for clue in _long(text) if not _is_part(clue, dates)]
    paths = [replace(clue, kind="file") for clue in with_words if _is_path(clue)]
    return with_words + paths + [place(text, clue) for clue in longer]


def _is_path(clue: Clue) -> bool:
    """Return whether a quoted text may be a path, spaces and all, and so also a file."""
    if clue.kind != "quoted":
        return False
    path = rf"(?:[A-Za-z]:)?[^\n\"<>|*?]*(?:[\\/][^\n\"<>|*?]*|{ENDING})"
    return re.fullmatch(path, clue.value) is not None and "://" not in clue.value


def without_quotes(prompt: str) -> str:
    """Return a prompt without what it quotes, but for single words."""
    return re.sub(
        rf"(?s){QUOTED}", lambda found: " " if re.search(r"\s", found[0]) else found[0], prompt
    )


def without_paths(prompt: str) -> str:
    """Return a prompt without its paths and addresses, whose words say nothing of a tool."""
    return re.sub(rf"{dict(SHAPES)['url']}|{PATH}", " ", prompt[:LONGEST])


def place(text: str, clue: Clue, low: int = 0, high: int = LONGEST) -> Clue:
    """Return the clue with the words around it, no further than from `low` to `high`."""
    before = re.findall(r"[\w’']+", text[max(low, clue.start - 60) : clue.start].casefold())
    after = re.findall(r"[\w’']+", text[clue.end : min(high, clue.end + 40)].casefold())
    return Clue(
        clue.kind,
        clue.value,
        clue.start,
        clue.end,
        _stems(before[-5:]),
        _stems(after[:2]),
        clue.weak,
    )


def as_date(text: str) -> str | None:
    """Return a written date as ISO 8601 writes it, or None if there is no such day."""
    if re.match(r"\d{4}-", text):
        day, month, year = int(text[8:10]), int(text[5:7]), int(text[:4])
    elif numbers := re.fullmatch(r"(\d+)[/.](\d+)[/.](\d+)", text):
        day, month, year = (int(one) for one in numbers.groups())
        if month > 12:
            day, month = month, day
    else:
        digits = [int(one) for one in re.findall(r"\d+", text)]
        word = re.search(rf"(?i){MONTH_WORD}", text)
        if word is None or not digits:
            return None
        day, month = digits[0], MONTH[word[0][:3].lower()]
        year = digits[1] if len(digits) > 1 else YEAR
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _value(kind: str, match: "re.Match[str]", text: str) -> Any:
    found = match[0]
    match kind:
        case "quoted":
            return next(filter(None, match.groups()), "").strip() or None
        case "file":
            return found.rstrip(".,;:!?") if len(found) > 1 else found
        case "date":
            return found if "T" in found and as_date(found) else as_date(found)
        case "time":
            hour, minute = ([int(one) for one in re.findall(r"\d+", found)] + [0])[:2]
            if found[-1] in "mM" and hour <= 12:
                hour = hour % 12 + (12 if "p" in found.lower() else 0)
            return f"{hour:02}:{minute:02}:00" if hour < 24 and minute < 60 else None
        case "number":
            if found.lower() in NUMBER:
                if re.search(r"(?i)\b(?:th(?:is|at|e)|which|no|any|each) $", text[: match.start()]):
                    return None
                return NUMBER[found.lower()]
            plain = found.replace(",", "")
            return float(plain) if "." in plain else int(plain)
        case _:
            return found


def _stems(words: list[str]) -> tuple[str, ...]:
    return tuple(stem for word in words for stem in words_of(word))


def _is_part(clue: Clue, spans: list[Clue]) -> bool:
    if clue.kind == "sum":
        return any(map(clue.overlaps, spans))
    return any(clue.start <= span.start <= clue.start + 1 for span in spans)


def _next(spans: list[Clue], index: int, end: int) -> int:
    return spans[index + 1].start if index + 1 < len(spans) else end


def _names(text: str, known: frozenset[str]) -> Iterator[Clue]:
    """Yield runs of words that start with a capital letter."""
    words = list(re.finditer(r"[^\W\d_][\w-]*(?:['’](?!s\b)\w+)*\.?(?=\W|$)", text))
    run: list[re.Match[str]] = []
    last = 0  # where the last name ended

    def large(word: "re.Match[str]") -> bool:
        plain = word[0].rstrip(".").casefold()
        if not word[0][0].isupper() or plain in NO_NAMES - {"new"}:
            return False
        return not (starts_sentence(word) and _stem(plain) in {_stem(one) for one in known})

    def starts_sentence(word: "re.Match[str]") -> bool:
        return re.search(r"(?:^|[.?!:\n])[\s\"'“‘(]*$", text[: word.start()][-8:]) is not None

    def finish() -> Iterator[Clue]:
        nonlocal last
        while run and not run[-1][0][0].isupper():
            run.pop()
        if run:
            start, end = run[0].start(), run[-1].end()
            if state := re.match(r", [A-Z]{2}\b(?![\w'’])", text[end:]):  # San Francisco, CA
                end += state.end()
            value = text[start:end].rstrip(".") if len(run[-1][0]) > 2 else text[start:end]
            weak = len(run) == 1 and starts_sentence(run[0])
            last = start + len(value)
            yield Clue("name", " ".join(value.split()), start, last, weak=weak)
        run.clear()

    for word in words:
        if word.start() < last:
            continue
        beside = bool(run) and text[run[-1].end() : word.start()] == " "
        stopped = bool(run) and run[-1][0].endswith(".") and len(run[-1][0]) > 3
        if not beside or stopped:
            yield from finish()
        if large(word) or (run and word[0] in JOINING):
            run.append(word)
        else:
            yield from finish()
    yield from finish()


def _small_names(text: str, known: frozenset[str]) -> Iterator[Clue]:
    """Yield places that were written without capital letters: what follows `in` and the like."""
    stems = {_stem(one) for one in known}
    for match in re.finditer(
        r"\b(in|at|near|for|from|to|of)\s+([^\W\d_]{3,})(\s+[^\W\d_]{3,})?", text
    ):
        word, more = match[2], match[3] or ""
        if word in SMALL or _stem(word) in stems:
            continue
        value = word + more if word in DOUBLE else word
        yield Clue("name", value.title(), match.start(2), match.start(2) + len(value), weak=True)


def _long(text: str) -> Iterator[Clue]:
    """Yield what stands behind a colon, `about` or `saying`, and a sum to work out."""
    about = r"(?i)\b(?:about|regarding|concerning|topic)\s+(\S.{0,200}?)"
    search = r"(?i)\b(?:search|look|google)(?: the web| online)?(?: for| up)?\s+(\S.{0,200}?)"
    remind = r"(?i)\bremind \w+ (?:to|that|of)\s+(\S.{0,200}?)"
    if found := (
        re.search(about + ENDS, text)
        or re.search(search + r"(?=[.?!;\n]|$)", text)
        or re.search(remind + r"(?=\s+(?:at|on|tomorrow|in)\b|[.?!;\n]|$)", text)
    ):
        yield Clue("topic", found[1].strip(" ,'\"“”"), found.start(1), found.end(1))
    saying = (
        r"(?i)\b(?:saying|(?:that|which) says|reading|body|message|text)[:,]?(?: that)?\s+(\S.*)$"
    )
    if found := re.search(rf"{saying}|:\s+(\S.*)$", text, re.DOTALL):
        group = 1 if found[1] else 2
        yield Clue("rest", found[group].strip().rstrip(), found.start(group), found.end(group))
    spoken = {"plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "divided by": "/"}
    sign = "|".join([*spoken, r"[-+*/×÷^]"])
    number = r"\(?\s{0,3}-?\d{1,15}(?:\.\d{1,15})?\s{0,3}\)?"
    if found := re.search(rf"{number}(?:\s{{0,3}}(?:{sign})\s{{0,3}}{number})+", text):
        value = found[0].strip()
        for words, written in (spoken | {"×": "*", "÷": "/", "^": "**"}).items():
            value = value.replace(words, written)
        yield Clue("sum", " ".join(value.split()), found.start(), found.end())


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def words_of(text: str) -> list[str]:
    """Return the words of a text or a name like `getWeather`, in lower case, by their stem."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text[:LONGEST].replace("_", " "))
    return [_stem(word) for word in re.findall(r"[^\W_]+", parted.casefold())]


# Words that ask for the same thing.
TOPICS = [
    set(words_of(line))
    for line in (
        "weather forecast temperature rain rainy sunny snow cold warm hot umbrella degrees",
        "add plus sum addition",
        "subtract minus subtraction difference",
        "multiply times product multiplication",
        "divide divided quotient division",
        "calculate calculator arithmetic expression math maths compute evaluate",
        "email mail",
        "time clock timezone",
        "flight flights fly plane",
        "search find look lookup",
        "price cost expensive cheap",
        "translate translation translator",
        "convert conversion exchange",
        "remind reminder",
        "meeting appointment event calendar schedule",
        "delete remove",
        "distance far route directions",
    )
]
