"""The race's snapshot: what the numbers promise, and what they mean in words."""

from helpers.svg import look, snapshot
from helpers.widgets.answer import Answer
from helpers.widgets.race.model import Numbers
from helpers.widgets.transcript.snapshot import seconds

__all__ = ["draw", "tell", "verdict"]


def verdict(felt: str, streamed: Answer, blocking: Answer) -> str:
    """Return what to say to a person who found one of the two faster.

    Args:
        felt: "streamed", "blocking", or "" before they said.
        streamed: that answer, once it has ended.
        blocking: the other.
    """
    if not felt or (streamed.state, blocking.state) != ("done", "done"):
        return ""
    gaps = _gaps(
        (streamed.first_token, streamed.last_token), (blocking.first_token, blocking.last_token)
    )
    return f"You said: {felt}. {gaps} {_MEANING[felt]}"


_MEANING = {
    "streamed": "If that is how it felt, the wait you noticed was the wait for the first word.",
    "blocking": "If that is how it felt, you were waiting for the last word, "
    "as a program that parses the answer does.",
}
Moments = tuple[float | None, float | None]


def _gaps(streamed: Moments, blocking: Moments) -> str:
    """Return what differs, from the moments of the first and the last word."""
    first = _gap("first word", streamed[0], blocking[0])
    last = _gap("last word", streamed[1], blocking[1])
    return f"Streamed against blocking: {first}, {last}."


def _gap(what: str, streamed: float | None, blocking: float | None) -> str:
    if streamed is None or blocking is None:
        return f"no {what} in one of them"
    gap = blocking - streamed
    if abs(gap) < 0.05:
        return f"{what} at the same time"
    return f"{what} {seconds(abs(gap))} {'sooner' if gap > 0 else 'later'}"


def tell(numbers: Numbers) -> str:
    """Return the race in words, as the numbers promise it."""
    gaps = _gaps((numbers.first_token, numbers.streamed), (numbers.blocking, numbers.blocking))
    return "\n".join(
        [
            f"Race: the same answer of {numbers.tokens} tokens, twice.",
            f"Streamed: first word after {seconds(numbers.first_token)}, "
            f"last word after {seconds(numbers.streamed)}.",
            f"Blocking: nothing for {seconds(numbers.blocking)}, then all at once.",
            f"{gaps} Which feels faster?",
        ]
    )


def draw(numbers: Numbers) -> str:
    """Return the race as an SVG picture, as the numbers promise it: two bars, one clock."""
    left, right = 100.0, 610.0
    longest = max(numbers.streamed, numbers.blocking)
    step = next(step for step in (0.2, 0.5, 1, 2, 5) if longest / step <= 8)

    def x(at: float) -> float:
        return left + (right - left) * at / longest

    def mark(at: float, top: float, words: str, row: int = 0) -> list[str]:
        anchor = "start" if at < longest / 2 else "end"
        y = top + 36 + 15 * row
        return [
            snapshot.line(x(at), top - 5, x(at), y - 14, look.ON_TEXT, stroke_width=2),
            snapshot.text(
                x(at), y, words, fill=look.ON_TEXT, size=look.AXIS_SIZE + 1, anchor=anchor
            ),
        ]

    parts = []
    for tick in range(int(longest / step) + 1):
        at = tick * step
        parts += [
            snapshot.line(x(at), 40, x(at), 166),
            snapshot.text(
                x(at), 32, f"{at:g} s", fill=look.INK_2, size=look.AXIS_SIZE, anchor="middle"
            ),
        ]
    first, done, whole = numbers.first_token, numbers.streamed, numbers.blocking
    waiting = {"stroke": look.INK_2, "stroke_dasharray": "3 3"}
    parts += [
        snapshot.text(16, 65, "Streamed", fill=look.INK, bold=True),
        snapshot.rect(x(0), 52, x(first) - x(0), 16, look.GROUND, **waiting),
        snapshot.rect(x(first), 52, x(done) - x(first), 16, look.TEXT),
        *mark(first, 52, f"first word {seconds(first)}"),
        *mark(done, 52, f"last word {seconds(done)}", row=int(x(done) - x(first) < 240)),
        snapshot.text(16, 139, "Blocking", fill=look.INK, bold=True),
        snapshot.rect(x(0), 126, x(whole) - x(0), 16, look.GROUND, **waiting),
        *mark(whole, 126, f"all at once {seconds(whole)}"),
    ]
    parts.append(snapshot.text(16, 192, tell(numbers).split("\n")[-1], fill=look.INK))
    return snapshot.picture(210, "Race", tell(numbers), parts)
