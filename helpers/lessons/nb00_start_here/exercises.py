"""Notebook 00: a two-minute part, to learn how a `%%build` cell works."""

from helpers.lessons.checking.part import Case, Misconception, Namespace, Outcome, Part
from helpers.sse import SSEDecoder

__all__ = ["PARTS"]

STUB = '''\
def hello_event(name: str) -> bytes:
    """Return the bytes of one server-sent event that greets `name`."""
    ...
'''

REFERENCE = '''\
def hello_event(name: str) -> bytes:
    """Return the bytes of one server-sent event that greets `name`."""
    return f"event: hello\\ndata: {name}\\n\\n".encode()
'''


def same_event(returned: object, expected: bytes) -> bool:
    """Whether both mean the same to a reader of the stream, however they are written."""
    if not isinstance(returned, bytes):
        return False
    # What follows in the stream shows whether the event before it has really ended.
    following = b"data: next\n\n"
    return SSEDecoder().feed(returned + following) == SSEDecoder().feed(expected + following)


def text_of(outcome: Outcome) -> str:
    """What came back, as text if it is bytes or text at all."""
    value = outcome.returned
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


MISTAKES = (
    Misconception(
        id="prints",
        looks_like="the event is printed, and the function itself returns nothing",
        try_next="End the function with `return …` instead of `print(…)`.",
        matches=lambda out: out.returned is None and "data" in out.printed,
    ),
    Misconception(
        id="returns-str",
        looks_like="a `str` where bytes were asked for: text is what you think in, "
        "bytes are what travels",
        try_next="Turn the finished text into bytes with its `.encode()` method.",
        matches=lambda out: isinstance(out.returned, str),
    ),
    Misconception(
        id="escaped-newline",
        looks_like="a backslash and the letter n where a line end should be, as a raw "
        "string or `\\\\n` gives them",
        try_next="Write `\\n` with one backslash, in a string without the `r` before it.",
        matches=lambda out: "\\n" in text_of(out),
    ),
    Misconception(
        id="name-not-filled-in",
        looks_like="the word `name` itself is sent, not its value: a string fills in "
        "`{name}` only when it starts with `f`",
        try_next='Build it as text with `f"…"` first, then encode the whole.',
        matches=lambda out: "data: {name}" in text_of(out) or "data: name\n" in text_of(out),
    ),
    Misconception(
        id="indented",
        looks_like="spaces before a field name, as a triple-quoted string inside a "
        "function picks them up",
        try_next="Write it in one line with `\\n`, or start each line at the left edge: "
        '`" data"` is not the field `data`.',
        matches=lambda out: any(line[:1] in (" ", "\t") for line in text_of(out).splitlines()),
    ),
    Misconception(
        id="one-line",
        looks_like="both fields on one line, so the second is read as part of the first",
        try_next="Each field needs a line of its own: end the first with `\\n`.",
        matches=lambda out: "data" in text_of(out).partition("\n")[0],
    ),
    Misconception(
        id="no-blank-line",
        looks_like="an event that never ends: a reader waits for the blank line",
        try_next="An event is over at the first empty line. After the last field that "
        "makes two `\\n`: one ends the field, one is the empty line.",
        matches=lambda out: "data" in text_of(out) and not text_of(out).endswith("\n\n"),
    ),
    Misconception(
        id="same-name-always",
        looks_like="the same name for everybody",
        try_next="Put the argument `name` in, so that each call greets its own.",
        matches=lambda out: b"data: Ada\n" in out.returned and b"Ada" not in out.expected,
    ),
    Misconception(
        id="not-utf-8",
        looks_like="another encoding than UTF-8, or one that leaves out what it doesn't know",
        try_next="An event stream is always UTF-8: `.encode()` alone does it, and so does "
        '`.encode("utf-8")`.',
        matches=lambda out: (
            isinstance(out.error, UnicodeEncodeError)
            or (isinstance(out.returned, bytes) and not out.expected.isascii())
        ),
    ),
)


def greeting(name: str, case: str, why: str) -> Case:
    """A case that asks for the event of one name."""

    def run(my: Namespace) -> object:
        return my.hello_event(name)

    return Case(
        name=case,
        why=why,
        code=f'hello_event("{name}")',
        run=run,
        expected=f"event: hello\ndata: {name}\n\n".encode(),
        misconceptions=MISTAKES,
        same=same_event,
    )


PARTS = (
    Part(
        id="hello",
        title="One event, by hand",
        notebook="00_start_here",
        minutes=2,
        difficulty="gentle",
        teaches="You know what a server-sent event looks like in bytes.",
        stub=STUB,
        reference=REFERENCE,
        cases=(
            greeting("Ada", "a short name", "The smallest event there is: a name and its data."),
            greeting("Grace", "another name", "Each call greets the one it was given."),
            greeting("Grace Hopper", "a name of two words", "Data may hold spaces, too."),
            greeting("Zoë", "an accent", "In UTF-8 the letter ë is two bytes."),
            greeting("松本", "another script", "In UTF-8 each of these is three bytes."),
        ),
        hints=(
            "An event is a few lines of text. Each line is `field: value`. Here there are two "
            "fields: `event`, whose value is `hello`, and `data`, whose value is the name.",
            "Every line ends with `\\n`, and an empty line ends the event. Build it as text "
            "with an f-string, then turn it into bytes with `.encode()`.",
            "One line is enough:",
        ),
        module=__name__,
        in_build=False,
    ),
)
