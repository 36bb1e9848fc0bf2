"""The seat's snapshot: the class, the seat, what was said; and the same in words."""

from typing import Any

from helpers.svg import look, snapshot

__all__ = ["draw", "tell"]


def rows(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the state as (name, words) pairs."""
    if not state["name"]:
        waits = f"; one waits at {state['waits']}" if state["waits"] else ""
        return [("Class", f"none joined{waits}"), ("Sent", "nothing")]
    found = [
        (
            "Class",
            f"{state['address']}: {'connected' if state['connected'] else 'not reached now'}",
        ),
        ("Seat", state["name"] + (", hand raised" if state["hand"] else "")),
        ("Sent", state["what"]),
    ]
    if state["said"]:
        found.append(("Said", state["said"]))
    if state["asked"]:
        choices = " / ".join(state["asked"]["choices"])
        found.append(("Asked", f"{state['asked']['question']} {choices}"))
    return found


def tell(state: dict[str, Any]) -> str:
    """Return the state in words."""
    lines = [f"{name}: {said}" for name, said in rows(state)]
    return "\n".join(lines + ([f"✕ {state['problem']}"] if state["problem"] else []))


def draw(state: dict[str, Any]) -> str:
    """Return the state as an SVG picture."""
    parts: list[str] = []
    y = 26.0
    for name, said in rows(state):
        parts.append(snapshot.text(16, y, name, fill=look.INK_2, size=look.AXIS_SIZE))
        for row in snapshot.wrap_words(said, 90):
            parts.append(snapshot.text(74, y, row, fill=look.INK))
            y += 20
    for row in snapshot.wrap_words(f"✕ {state['problem']}", 96) if state["problem"] else []:
        parts.append(snapshot.text(16, y, row, fill=look.ON_FAILED))
        y += 20
    return snapshot.picture(y - 4, "A seat in a class", tell(state), parts)
