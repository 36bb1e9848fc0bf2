"""What is tried with `hello`, and what its mistakes are recognised by."""

from helpers.lessons.checking.case import Case, Misconception, Namespace, Outcome
from helpers.sse import SSEDecoder

__all__ = ["CASES"]


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


def names_in(line: str) -> set[str]:
    """Which of the two fields a line names."""
    return {name for name in ("event", "data") if name in line}


MISTAKES = (
    Misconception(
        id="prints",
        matches=lambda out: out.returned is None and "data" in out.printed,
    ),
    Misconception(
        id="returns-str",
        matches=lambda out: isinstance(out.returned, str),
    ),
    Misconception(
        id="escaped-newline",
        matches=lambda out: "\\n" in text_of(out),
    ),
    Misconception(
        id="name-not-filled-in",
        matches=lambda out: any(
            f"data: {word}\n" in text_of(out) for word in ("{name}", "name", "NAME")
        ),
    ),
    Misconception(
        id="indented",
        matches=lambda out: any(line[:1] in (" ", "\t") for line in text_of(out).splitlines()),
    ),
    Misconception(
        id="one-line",
        matches=lambda out: {"event", "data"} <= names_in(text_of(out).partition("\n")[0]),
    ),
    Misconception(
        id="forgets-the-event",
        matches=lambda out: "data:" in text_of(out) and "event" not in text_of(out),
    ),
    Misconception(
        id="no-blank-line",
        matches=lambda out: "data" in text_of(out) and not text_of(out).endswith("\n\n"),
    ),
    Misconception(
        id="same-name-always",
        matches=lambda out: b"data: Ada\n" in out.returned and b"Ada" not in out.expected,
    ),
    Misconception(
        id="not-utf-8",
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


CASES = (
    greeting("Ada", "a short name", "The smallest event there is: a name and its data."),
    greeting("Grace", "another name", "Each call greets the name in its argument."),
    greeting("Grace Hopper", "a name of two words", "Data may hold spaces, too."),
    greeting("Zoë", "an accent", "In UTF-8 the letter ë is two bytes."),
    greeting("松本", "another writing system", "In UTF-8 each of these characters is three bytes."),
)
