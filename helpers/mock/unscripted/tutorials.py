"""The prompts that people paste first, from tutorials and quickstarts, and what to say to them.

No scenario has their words, because they hold a number or a topic of the person's own. What a
prompt counts is counted, what it names is named; the rest is written here.
"""

import re
from collections.abc import Callable

from ..script.parts import Part, Text, Thinking
from .clues import NUMBER

MOST_COUNTED = 5000
MOST_FACTS = 20
NUMERALS = {"a": 1, "an": 1, "some": 3, "few": 3, "several": 4, "zero": 0} | NUMBER
COUNTED = "|".join([r"\d{1,7}", *NUMERALS])
TENS = {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
TENS |= {"tens": 10, "hundreds": 100, "thousand": 1000}
WHOLE = "|".join([r"-?\d{1,7}", *NUMBER, *TENS, "zero", "a hundred", "a thousand"])

Answer = Callable[["re.Match[str]"], list[Part] | None]


def answer(prompt: str) -> list[Part] | None:
    """Return what to say to a prompt of a tutorial; None if it is none of these."""
    text = " ".join(prompt.split())[:2000]
    for shape, told in SHAPES:
        found = re.search(shape, text, re.IGNORECASE)
        if found and (said := told(found)):
            return said
    return None


def _number(text: str) -> int:
    plain = text.lower().removeprefix("a ")
    names = NUMERALS | TENS
    return names[plain] if plain in names else int(plain)


def _count(found: "re.Match[str]") -> list[Part] | None:
    """Count as far as the prompt says, down or in steps, in one line or one number a line."""
    prompt = found.string[found.start() :]
    by = re.search(rf"(?i)\b(?:by|steps of) ({COUNTED}|tens|hundreds)(?:e?s)?\b", prompt)
    plain = prompt.replace(by[0], " ") if by else prompt
    first = re.search(rf"(?i)\b(?:from|at) ({WHOLE})\b", plain)
    last = re.search(rf"(?i)\b(?:to|until|through|till) ({WHOLE})\b", plain)
    if first is None and last is None:
        return None
    step = max(_number(by[1]), 1) if by else 1
    down = re.search(r"(?i)\b(?:down|backwards?|reverse)\b", plain) is not None
    start, end = _bounds(first and _number(first[1]), last and _number(last[1]), step, down)
    numbers = range(start, end + 1, step) if start <= end else range(start, end - 1, -step)
    if len(numbers) > MOST_COUNTED:
        return [Text(f"That would be {len(numbers):,} numbers. I count up to {MOST_COUNTED:,}.")]
    lines = re.search(r"(?i)\b(?:line|lines|slowly|list)\b", plain)
    said = ("\n" if lines else ", ").join(map(str, numbers))
    return [Text(said if lines else f"{said}.")]


def _bounds(first: int | None, last: int | None, step: int, down: bool) -> tuple[int, int]:
    """Return where to begin and to end, if the prompt leaves one of them open."""
    if first is not None and last is not None:
        return first, last
    if first is not None:
        return first, (1 if down or first > 1 else first + 9)
    assert last is not None
    begin = step if step > 1 else min(1, last)
    return (last, begin) if down and last > 0 else (begin, last)


def _about(found: "re.Match[str]", otherwise: str) -> str:
    """Return what the prompt wants something about."""
    topic = re.search(
        r"(?i)\b(?:about|on|of|to|for)\s+(?:the topic of\s+)?(.{2,80}?)"
        r"(?=[.?!,;:(]|$"
        r"|\s+(?:in|with|using|that|which|and then|please|for (?:me|a|my|kids|begin))\b)",
        found.string[found.end() :],
    )
    return topic[1].strip(" \"'“”") if topic else otherwise


def _story(found: "re.Match[str]") -> list[Part]:
    """Tell a short story about what the prompt names."""
    topic = _about(found, "a small lighthouse")
    return [
        Text(
            f"This is a story about {topic}.\n\nIt began on a morning when nothing was expected. "
            "The wind had turned in the night, and somebody had left a lamp burning in a window "
            "by the harbour. Those who saw it thought that it was meant for somebody else, and "
            "walked on.\n\nOne of them turned back. “Whose light is this?” she asked, and "
            "nobody knew. So she stayed until evening, and kept it burning. When the boats came "
            "home through the fog, every one of them steered by that window.\n\nIn the "
            "morning the lamp was out, and the fog was gone. On the sill lay a note: "
            f"“For {topic}: thank you for staying.” She kept it for the rest of her life."
        )
    ]


def _poem(found: "re.Match[str]") -> list[Part]:
    """Write a poem; about coding, it knows what it speaks of."""
    topic = _about(found, "coding")
    if re.search(r"(?i)\b(cod(e|ing)|program|software|comput|recursi|debug|python|stream)", topic):
        return [
            Text(
                "A cursor blinks, the night is long,\nOne line of mine is subtly wrong.\nI read it "
                "twice, I read it slow,\nAnd ask the duck what ducks may know.\n\nA brace that "
                "never found its end,\nA name I misspelt for a friend,\nI fix the one, I test "
                "the two,\nAnd green at last comes rolling through.\n\nSo save the file and close "
                "the day,\nThe bug was never far away.\nTomorrow brings another one:\nThat is the "
                "work, and that's the fun."
            )
        ]
    return [
        Text(
            f"I sat to write of {topic},\nand found the page was wide;\nthe words came one by one "
            f"to me\nlike boats on a slow tide.\n\nI let them land, I let them stay,\nI gave "
            f"each one its line,\nand this is all of {topic}\nthat I can say is mine."
        )
    ]


# True, and true for a while.
FACTS = {
    "ocean|sea|marine": (
        "The ocean covers about 71 percent of the Earth's surface.",
        "Its deepest known point, in the Mariana Trench, is about 11 kilometres down.",
        "Sea water holds about 35 grams of salt in each litre.",
    ),
    "space|universe|planet|star|solar": (
        "Light from the Sun takes about eight minutes and twenty seconds to reach the Earth.",
        "A day on Venus is longer than its year.",
        "Sound can't travel through empty space.",
    ),
    "moon": (
        "The Moon always shows the Earth the same side.",
        "It moves away from the Earth by about 3.8 centimetres a year.",
        "Twelve people have walked on it, the last of them in 1972.",
    ),
    "octopus": (
        "An octopus has three hearts.",
        "Its blood is blue, because it carries oxygen with copper.",
        "Most of its nerve cells are in its arms.",
    ),
    "cat": (
        "A cat sleeps for about two thirds of its life.",
        "Cats can't taste sweetness.",
        "A group of cats is called a clowder.",
    ),
    "honey|bee": (
        "Honey that is kept dry and closed hardly ever spoils.",
        "Bees tell each other by a dance where the flowers are.",
        "One bee makes about a twelfth of a teaspoon of honey in her life.",
    ),
    "python|program|cod(e|ing)|comput|software": (
        "Python is named after Monty Python, not after the snake.",
        "Ada Lovelace published a program for a computer in 1843.",
        "The first moth that was called a bug in a logbook was found in 1947.",
    ),
}


def _facts(found: "re.Match[str]") -> list[Part]:
    """Tell as many facts as the prompt wants; of a topic that nobody here knows, its letters."""
    wanted = min(max(_number(found["many"]), 1), MOST_FACTS)
    topic = _about(found, "the ocean")
    known = next((facts for names, facts in FACTS.items() if re.search(names, topic.lower())), ())
    letters = [one for one in topic.lower() if one.isalpha()] or ["x"]
    plain = (
        f"“{topic}” is written with {len(letters)} letters.",
        f"Its first letter is {letters[0].upper()} and its last is {letters[-1].upper()}.",
        f"{len(set(letters))} of its letters are different ones.",
        f"Backwards it reads “{topic[::-1]}”.",
    )
    facts = [*known, *plain]
    more = [f"{topic} × {n} has {n * len(letters)} letters." for n in range(2, MOST_FACTS)]
    listed = [f"{n}. {fact}" for n, fact in enumerate([*facts, *more][:wanted], 1)]
    return [Text("\n".join(listed))]


GUIDE = (
    ("What it is about", "Say in one sentence what {topic} is and for whom it matters."),
    ("Before you begin", "Collect what you need, and write down what you know already."),
    ("The first step", "Begin with the smallest part that works by itself, and look at it."),
    ("One thing at a time", "Change one thing, look at what it does, and keep what helped."),
    ("How to see that it works", "Decide beforehand what you expect, and compare."),
    ("Common mistakes", "Most people take too large a step, and look for the cause too far away."),
    ("When it goes wrong", "Go back to the last state that worked, and take half of the step."),
    ("Going further", "Explain {topic} to somebody; what you can't explain comes next."),
)  # fmt: skip


def _guide(found: "re.Match[str]") -> list[Part]:
    """Write a long guide, in sections."""
    topic = _about(found, "streaming")
    again = (
        "Take your time with it: read it once as a whole, do it once by hand, and only then make "
        "it quick. If something surprises you, stop and write it down, because a surprise is "
        "something that you are about to learn."
    )
    sections = [
        f"## {number}. {title}\n\n{words.format(topic=topic)} {again}"
        for number, (title, words) in enumerate(GUIDE, 1)
    ]
    return [Text(f"# A guide to {topic}\n\n" + "\n\n".join(sections))]


def _problem(found: "re.Match[str]") -> list[Part]:
    """Solve what the prompt reckons, with the thinking before it; else an example."""
    prompt = found.string
    trip = re.search(
        r"(?i)(\d+(?:\.\d+)?) ?(km|miles|kilometers|kilometres)\b.*?(\d+(?:\.\d+)?) ?(?:hours|h)\b",
        prompt,
    )
    if trip and float(trip[3]):
        speed = f"{float(trip[1]) / float(trip[3]):g}"
        return [
            Thinking(
                f"The distance is {trip[1]} {trip[2]}, the time {trip[3]} hours. Speed is "
                f"distance divided by time, so I divide: {trip[1]} / {trip[3]} = {speed}."
            ),
            Text(
                f"Speed is distance divided by time: {trip[1]} {trip[2]} / {trip[3]} h = "
                f"**{speed} {trip[2]} per hour**."
            ),
        ]
    if sum_ := re.search(rf"{FACTOR}\s*([-+*x×/÷]|times|plus|minus)\s*{FACTOR}", prompt):
        return _reckon(sum_)
    return [
        Thinking(
            "They want a problem solved step by step. I can only work out sums, and there is none "
            "in the prompt, so I'll show the steps with one of my own: 17 × 23 is 17 × 20 and "
            "17 × 3, that is 340 and 51, together 391."
        ),
        Text(
            "I can't find a sum in your problem, and sums are all that I can work out. Here is how "
            "I'd write the steps down, with 17 × 23:\n\n1. 17 × 20 = 340\n2. 17 × 3 = 51\n"
            "3. 340 + 51 = **391**"
        ),
    ]


FACTOR = r"(-?\d{1,9}(?:,\d{3})*)"
SIGNS = {"*": "×", "x": "×", "times": "×", "plus": "+", "minus": "-", "÷": "/"}


def _reckon(found: "re.Match[str]") -> list[Part]:
    """Work a sum out, with the thinking before it."""
    left, right = (int(found[place].replace(",", "")) for place in (1, 3))
    sign = SIGNS.get(found[2].lower(), found[2])
    if sign == "/" and not right:
        return [Thinking("Nothing can be divided by zero."), Text("It can't be divided by zero.")]
    values = {"×": left * right, "+": left + right, "-": left - right}
    value = f"{values[sign]:,}" if sign in values else f"{left / right:g}"
    how = f"{left} {sign} {right}"
    tens, ones = right // 10 * 10, right % 10
    if sign == "×" and right > 10 and ones:
        how += (
            f" is {left} × {tens} and {left} × {ones}, that is {left * tens:,} and {left * ones:,}"
        )
    return [
        Thinking(f"I work it out step by step: {how}. Together that is {value}."),
        Text(f"{left} {sign} {right} = **{value}**"),
    ]


def _gcd(found: "re.Match[str]") -> list[Part]:
    """Find the greatest common divisor, by Euclid's steps."""
    a, b = int(found["a"]), int(found["b"])
    steps = []
    while b:
        steps.append(f"{a} = {a // b} × {b} + {a % b}")
        a, b = b, a % b
    return [
        Thinking("I'll use Euclid's algorithm: " + "; ".join(steps) + f". So it is {a}."),
        Text(f"The greatest common divisor is **{a}**:\n\n" + "\n".join(f"- {s}" for s in steps)),
    ]


def _say(*parts: Part) -> Answer:
    return lambda found: list(parts)


SHAPES: tuple[tuple[str, Answer], ...] = (
    (r"\bcount\b", _count),
    (r"\bgreatest common (?:divisor|factor)\D{0,20}(?P<a>\d{1,12})\D{1,5}(?P<b>\d{1,12})", _gcd),
    (r"\b(?:tell|write|give|create|make up)\b.{0,20}\b(?:story|tale|bedtime story)\b", _story),
    (r"\b(?:write|compose|create|give|tell)\b.{0,30}\b(?:poem|verse|rhyme|limerick)\b", _poem),
    (
        rf"\b(?P<many>{COUNTED}) (?:(?!about)[a-z]+ ){{0,3}}facts?\b(?=.*(?:about|on|of|\?|\.|$))",
        _facts,
    ),
    (
        r"\b(?:long|detailed|comprehensive|complete|thorough|in-depth|lengthy|\d{3,5}[- ]word)\b"
        r".{0,30}\b(?:guide|essay|article|explanation|tutorial|report|introduction|text)\b",
        _guide,
    ),
    (r"\bexplain\b.{1,80}\bin (?:great )?(?:detail|depth)\b", _guide),
    (r"\bsolve\b.{0,40}\b(?:problem|puzzle|equation|sum|this)\b", _problem),
    (rf"^what(?:'s| is) {FACTOR} ?([-+*x×/÷]|times|plus|minus) ?{FACTOR}\s*\??$", _reckon),
    (r"\b(?:tell|give)\b.{0,20}\bjoke\b", _say(Text(
        "Why do programmers confuse Halloween with Christmas? Because Oct 31 equals Dec 25."
    ))),
    (r"^what(?:'s| is) the capital of france\b", _say(Text("The capital of France is Paris."))),
    (r"\bwhy is the sky blue\b", _say(Text(
        "Air scatters blue light more than red light. So blue reaches your eyes from every part of "
        "the sky, and what comes straight from the Sun looks a little yellower than it is."
    ))),
    (
        r"^(?:hello|hi|hey|good (?:morning|evening))[, ]+(?:claude|world|there|gpt)[.! ]*$",
        _say(Text(
            "Hello! I'm the course's offline API, so I answer from what is written in my "
            "scenarios. Ask me for the weather in Lagos, or to count to 3."
        )),
    ),
)  # fmt: skip
