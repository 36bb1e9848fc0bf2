"""The switch's snapshot: where requests go, and the same in words."""

from typing import Any

from helpers.svg import look, snapshot
from helpers.widgets.switch.model import PROVIDERS, pace_words

__all__ = ["draw", "tell"]

_MODES = {
    "mock": "Mock",
    "anthropic": "Anthropic",
    "openai": "OpenAI",
    "custom": "Other base URL",
}


def _rows(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the state as (name, words) pairs."""
    api = [("API", PROVIDERS[state["provider"]])] if state["provider"] != "anthropic" else []
    if state["mode"] == "mock":
        fault = state["fault"]
        rows = [
            ("Mode", "Mock: answers come from this machine; no key, no network, no cost"),
            *api,
            ("Pace", pace_words(state["first_token"], state["tokens_per_second"])),
            ("Fault", f"{fault}: {state['fault_words']}" if fault else "none"),
        ]
        if state["chunking"] != "event":
            rows.append(("Chunks", state["chunkings"][str(state["chunking"])]))
        return rows
    where = f" at {state['base_url']}" if state["base_url"] else ""
    known = {model["id"]: model["words"] for model in state["models"]}.get(state["model"])
    return [
        ("Mode", f"{_MODES[state['mode']]}{where}: live requests cost money"),
        *api,
        ("Model", (known or state["model"]) + f" (prices of {state['as_of']})" * bool(known)),
        (
            "Spent",
            f"${state['spent']:.4f} of at most ${state['cap']:.2f}"
            if state["counted"]
            else "not counted: the price is unknown, so no cap holds",
        ),
    ]


def tell(state: dict[str, Any]) -> str:
    """Return what `describe` gave, in words."""
    rows = [f"{name}: {said}" for name, said in _rows(state)]
    return "\n".join(rows + ([f"✕ {state['problem']}"] if state["problem"] else []))


def draw(state: dict[str, Any]) -> str:
    """Return what `describe` gave, as an SVG picture."""
    parts: list[str] = []
    y = 26.0
    for name, said in _rows(state):
        parts.append(snapshot.text(16, y, name, fill=look.INK_2, size=look.AXIS_SIZE))
        for row in snapshot.wrap_words(said, 90):
            parts.append(snapshot.text(74, y, row, fill=look.INK))
            y += 20
    for row in snapshot.wrap_words(f"✕ {state['problem']}", 96) if state["problem"] else []:
        parts.append(snapshot.text(16, y, row, fill=look.ON_FAILED))
        y += 20
    return snapshot.picture(y - 4, "Switch", tell(state), parts)
