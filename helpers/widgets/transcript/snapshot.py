"""The transcript's snapshot: an answer as it ends, and the same in words."""

import math

from helpers.render.run_parts import Block
from helpers.svg import look, snapshot
from helpers.widgets.answer import Answer, figures

__all__ = ["draw", "reserve_lines", "seconds", "tell"]

# Why there is no thinking to read, by a thinking block's name.
UNSEEN = {"": "not shown by the API", "redacted": "hidden by the API for safety"}
# The box of the answer keeps its height while it fills: at least, at most so many lines.
LINES = (6, 14)
THOUGHT_LINES = 8  # thinking that is longer scrolls
COLUMNS = 88


def seconds(value: float | None) -> str:
    """Return a duration in the unit that fits: 284 ms, 1.9 s."""
    if value is None:
        return "–"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


_WORDS = {
    "ready": "press Start",
    "waiting": "waiting for the first token",
    "streaming": "streaming",
}


def footer(answer: Answer, cost: float | None, max_tokens: int | None) -> list[str]:
    """Return the footer's entries, such as "TTFT 284 ms"."""
    about = "" if answer.counted else "~"
    how = answer.run.ending
    entries = [how.label if how else _WORDS[answer.state]]
    if answer.run.ended is not None:
        entries[0] += f" after {seconds(answer.run.ended)}"
    if answer.state == "ready":
        return entries
    entries.append(f"TTFT {seconds(answer.first_token)}")
    if answer.rate is not None:
        entries.append(f"{about}{answer.rate:.0f} tok/s")
    share = f" ({100 * answer.tokens / max_tokens:.0f}% of max_tokens)" if max_tokens else ""
    entries.append(f"{about}{answer.tokens} tokens{share}")
    if cost is not None:
        entries.append(f"${cost:.6f}")
    if answer.stop_reason:
        entries.append(f"stop reason {answer.stop_reason}")
    return entries


def _note(answer: Answer) -> str:
    """Return what stands under an answer that did not end as it should."""
    return str(figures(answer)["note"])


def _summary(block: Block) -> str:
    """Return what stands in a block's one line."""
    took = "" if block.seconds is None else f" for {seconds(block.seconds)}"
    match block.kind, block.state:
        case "thinking", "open":
            return "Thinking"
        case "thinking", _:
            unseen = UNSEEN.get(block.name, UNSEEN[""])
            return f"Thought{took}" + ("" if block.text else f", {unseen}")
        case "call", "done":
            return f"Tool {block.name}: input complete"
        case "call", "cut":
            return f"Tool {block.name}: input cut off"
        case "call", _:
            return f"Tool {block.name}: input arriving"
    return block.name


def tell(prompt: str, answer: Answer, cost: float | None, max_tokens: int | None) -> str:
    """Return a transcript in words.

    Args:
        prompt: what was asked.
        answer: what came back, as far as it did.
        cost: US dollars, where known.
        max_tokens: the request's limit, where given.
    """
    rows = [f"You: {prompt}"]
    for block in answer.blocks:
        if block.kind == "text":
            rows.append(f"Assistant: {block.text}")
        else:
            rows.append(f"[{_summary(block)}]" + (f" {block.text}" if block.kind == "call" else ""))
    rows += filter(None, [_note(answer)])
    rows.append(" · ".join(footer(answer, cost, max_tokens)))
    return "\n".join(rows)


def draw(prompt: str, answer: Answer, cost: float | None, max_tokens: int | None) -> str:
    """Return a transcript as an SVG picture; the arguments are those of `tell`."""
    parts: list[str] = []
    y = 26.0

    def rows(lines: list[str], x: float, fill: str, code: bool = False) -> None:
        nonlocal y
        for row in lines:
            parts.append(snapshot.text(x, y, row, fill=fill, code=code, size=13.0 - 0.5 * code))
            y += 19

    parts.append(snapshot.text(16, y, "You", fill=look.INK_2, size=look.AXIS_SIZE))
    rows(snapshot.wrap_words(prompt, COLUMNS), 90, look.INK)
    y += 8
    parts.append(snapshot.text(16, y, "Assistant", fill=look.INK_2, size=look.AXIS_SIZE))
    if not answer.blocks:
        rows(["…"], 90, look.INK_2)
    for block in answer.blocks:
        top = y
        match block.kind:
            case "text":
                rows(snapshot.wrap_words(block.text, COLUMNS), 90, look.INK)
                parts.append(snapshot.rect(80, top - 12, 3, y - top - 3, look.TEXT))
            case "thinking":
                rows([_summary(block)], 90, look.ON_THINKING)
                parts.append(
                    snapshot.line(
                        81.5, top - 12, 81.5, top + 4, look.THINKING,
                        stroke_width=3, stroke_dasharray="3 3",
                    )
                )  # fmt: skip
            case "call":
                y += 4
                rows([_summary(block)], 98, look.ON_TOOL)
                rows(
                    snapshot.wrap_words(block.text or "{}", COLUMNS - 8), 98, look.INK_1, code=True
                )
                height = y - top
                parts.append(
                    snapshot.rect(80.5, top - 11.5, 603, height, stroke=look.LINE, rx=6)
                    + snapshot.rect(80, top - 12, 6, height + 1, look.TOOL, rx=3)
                )
                y += 6
            case _:
                rows([_summary(block)], 90, look.INK_2)
        y += 6
    if note := _note(answer):
        rows(snapshot.wrap_words(note, COLUMNS), 90, look.ON_FAILED)
        y += 6
    parts.append(snapshot.line(16, y - 10, snapshot.WIDTH - 16, y - 10))
    y += 10
    for row in snapshot.wrap_words(" · ".join(footer(answer, cost, max_tokens)), COLUMNS + 10):
        parts.append(snapshot.text(16, y, row, fill=look.INK_2, size=look.AXIS_SIZE + 1))
        y += 18
    return snapshot.picture(y - 4, "Transcript", tell(prompt, answer, cost, max_tokens), parts)


def reserve_lines(answer: Answer) -> int:
    """Return how many lines to reserve for an answer."""
    least, most = LINES
    if not answer.blocks:
        return least + 2
    count = thinking = 0.0
    for block in answer.blocks:
        match block.kind:
            case "thinking":  # a line in the end; open while it is written, to be read
                count += 2
                thinking = count + min(len(snapshot.wrap_words(block.text, COLUMNS)), THOUGHT_LINES)
            case "text":
                count += len(snapshot.wrap_words(block.text, COLUMNS)) + 1
            case "call":  # a card: its head, its input, its border and the space around it
                count += len(snapshot.wrap_words(block.text or "{}", COLUMNS - 8)) + 2.25
            case _:
                count += 2
    return min(max(least, math.ceil(count), math.ceil(thinking)), most)
