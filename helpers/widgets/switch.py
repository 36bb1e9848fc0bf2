"""The switch: where the whole course sends its requests, and how the offline API behaves."""

from collections.abc import Callable
from typing import Any

import traitlets

from helpers.mock.chunking import CHUNKINGS
from helpers.mock.faults import FAULTS
from helpers.mock.settings import Settings
from helpers.models import AS_OF, Model
from helpers.session import Session
from helpers.widgets import look, still
from helpers.widgets.transcript import seconds
from helpers.widgets.view import View, assets

__all__ = ["PACES", "Switch", "describe", "draw", "tell"]

# name -> seconds to the first token, tokens a second
PACES = {
    "instant": (0.0, 1000.0),
    "typical": (0.35, 80.0),
    "slow": (3.0, 12.0),
}

_CHUNK_WORDS = {
    "event": "one chunk an event",
    "byte": "one chunk a byte",
    "whole": "everything at once, at the end",
    "random": "cut anywhere",
}


class Switch(View):
    """Mode, model, pace and fault in one place; mock mode needs neither key nor network.

    A key that is typed in goes to the session in a message of its own. It is no trait,
    so no notebook and no saved widget state ever holds it.
    """

    _esm, _css = assets("switch").values()
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, session: Session) -> None:
        self._session = session
        self._problem = session.problem
        super().__init__(state=describe(session, self._problem))
        session.on_change(self._show)
        self.on_msg(self._receive)

    def still(self) -> str:
        """Return the state of this moment, as SVG."""
        return draw(describe(self._session, self._problem))

    def twin(self) -> str:
        """Return the state of this moment, in words."""
        return tell(describe(self._session, self._problem))

    def _show(self) -> None:
        self.state = describe(self._session, self._problem)

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        session = self._session
        match message:
            case {"op": "use", "mode": str(mode), "base_url": str(url), "key": str(key)}:
                self._try(lambda: session.use(mode, base_url=url.strip(), key=key.strip()))
            case {"op": "model", "id": str(id)}:
                self._try(lambda: session.use_model(id))
            case {"op": "cap", "dollars": int(dollars) | float(dollars)}:
                self._try(lambda: session.set_cap(dollars))
            case {"op": "mock", "settings": dict(settings)}:
                self._try(lambda: session.use_mock(Settings.from_json(settings, session.mock)))
            case {"op": "pace", "name": str(name)} if name in PACES:
                first_token, rate = PACES[name]
                pace = {"first_token": first_token, "tokens_per_second": rate}
                self._try(
                    lambda: session.use_mock(Settings.from_json({"pace": pace}, session.mock))
                )
            case {"op": "refresh"}:  # what was spent since
                self._show()

    def _try(self, change: Callable[[], None]) -> None:
        """Make a change; a mistake is one sentence in the view, and nothing changes."""
        self._problem = ""
        try:
            change()
        except (ValueError, OSError) as error:
            self._problem = str(error)
        self._show()
        # A field that was refused must show again what holds: no trait has changed for it.
        self.send({"op": "answer", "ok": not self._problem})


def describe(session: Session, problem: str = "") -> dict[str, Any]:
    """Return what the switch shows, as JSON; of a key, only whether there is one.

    Args:
        session: what the switch changes.
        problem: one sentence on a mistake just made.
    """
    pace = session.mock.pace
    return {
        "mode": session.mode,
        "model": session.model,
        "base_url": session.base_url if session.mode == "custom" else "",
        "models": [
            {"id": model.id, "words": model.name if session.mode == "mock" else _model(model)}
            for model in session.models()
        ],
        "as_of": AS_OF.isoformat(),
        "has_key": session.has_key,
        "spent": session.spent,
        "cap": session.cap,
        "first_token": pace.first_token,
        "tokens_per_second": pace.tokens_per_second,
        "pace": next(
            (
                name
                for name, values in PACES.items()
                if values == (pace.first_token, pace.tokens_per_second) and pace.duration is None
            ),
            "custom",
        ),
        "paces": {name: _pace(*values) for name, values in PACES.items()},
        "fault": session.mock.fault,
        "faults": {name: _first_sentence(fault.__doc__) for name, fault in FAULTS.items()},
        "chunking": session.mock.chunking,
        "chunkings": {name: _CHUNK_WORDS.get(name, name) for name in CHUNKINGS},
        "problem": problem,
    }


def _model(model: Model) -> str:
    return f"{model.name}, ${model.input:.2f} in and ${model.output:.2f} out per million tokens"


def _pace(first_token: float, tokens_per_second: float) -> str:
    return f"first token after {seconds(first_token)}, then {tokens_per_second:g} tokens a second"


def _first_sentence(words: str | None) -> str:
    return (words or "").strip().split("\n")[0]


_MODES = {"mock": "Mock", "anthropic": "Anthropic", "custom": "Other base URL"}


def _rows(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the state as (name, words) pairs."""
    if state["mode"] == "mock":
        fault = state["fault"]
        rows = [
            ("Mode", "Mock: answers come from this machine; no key, no network, no cost"),
            ("Pace", _pace(state["first_token"], state["tokens_per_second"])),
            ("Fault", f"{fault}: {state['faults'][fault]}" if fault else "none"),
        ]
        if state["chunking"] != "event":
            rows.append(("Chunks", state["chunkings"][state["chunking"]]))
        return rows
    where = f" at {state['base_url']}" if state["base_url"] else ""
    words = {model["id"]: model["words"] for model in state["models"]}.get(state["model"])
    return [
        ("Mode", f"{_MODES[state['mode']]}{where}: live requests cost money"),
        ("Model", (words or state["model"]) + f" (prices of {state['as_of']})" * bool(words)),
        ("Spent", f"${state['spent']:.4f} of at most ${state['cap']:.2f}"),
    ]


def tell(state: dict[str, Any]) -> str:
    """Return what `describe` gave, in words."""
    rows = [f"{name}: {words}" for name, words in _rows(state)]
    return "\n".join(rows + ([f"✕ {state['problem']}"] if state["problem"] else []))


def draw(state: dict[str, Any]) -> str:
    """Return what `describe` gave, as an SVG picture."""
    parts: list[str] = []
    y = 26.0
    for name, words in _rows(state):
        parts.append(still.text(16, y, name, fill=look.INK_2, size=look.AXIS_SIZE))
        for row in still.wrapped(words, 90):
            parts.append(still.text(74, y, row, fill=look.INK))
            y += 20
    for row in still.wrapped(f"✕ {state['problem']}", 96) if state["problem"] else []:
        parts.append(still.text(16, y, row, fill=look.ON_FAILED))
        y += 20
    return still.picture(y - 4, "Switch", tell(state), parts)
