"""The switch: where the whole course sends its requests, and how the offline API behaves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import traitlets

from helpers.mock.chunking import CHUNKINGS
from helpers.mock.faults import FAULTS, PLACES, Fault, FaultSetting, each, words
from helpers.mock.settings import Settings
from helpers.providers.models import AS_OF, Model
from helpers.session.session import Session
from helpers.svg import look, still
from helpers.widgets.transcript.view import seconds
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


Result = TypeVar("Result")


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
                provider = str(message.get("provider", ""))
                self._try(lambda: session.use(mode, base_url=url, key=key, provider=provider))
            case {"op": "model", "id": str(id)}:
                self._try(lambda: session.use_model(id))
            case {"op": "cap", "dollars": int(dollars) | float(dollars)}:
                self._try(lambda: session.set_cap(dollars))
            case {"op": "mock", "settings": dict(settings)}:
                self._try(lambda: session.use_mock(Settings.from_json(settings, session.mock)))
            case {"op": "fault", "name": str(name), "where": str(where)} if (
                not name or name in FAULTS
            ):
                number, times = message.get("number"), message.get("times")
                self._try(
                    lambda: session.use_mock(
                        replace(session.mock, fault=chosen(name, where, number, times))
                    )
                )
            case {"op": "break"}:
                struck = self._try(session.break_streams)
                if struck is not None:
                    self.send({"op": "struck", "count": struck})
            case {"op": "pace", "name": str(name)} if name in PACES:
                first_token, rate = PACES[name]
                pace = {"first_token": first_token, "tokens_per_second": rate}
                self._try(
                    lambda: session.use_mock(Settings.from_json({"pace": pace}, session.mock))
                )
            case {"op": "refresh"}:  # what was spent since
                self._show()

    def _try(self, change: Callable[[], Result]) -> Result | None:
        """Make a change; a mistake is one sentence in the view, and nothing changes."""
        self._problem, result = "", None
        try:
            result = change()
        except (ValueError, OSError) as error:
            self._problem = str(error)
        self._show()
        # A field that was refused must show again what holds: no trait has changed for it.
        self.send({"op": "answer", "ok": not self._problem})
        return result


def describe(session: Session, problem: str = "") -> dict[str, Any]:
    """Return what the switch shows, as JSON; of a key, only whether there is one.

    Args:
        session: what the switch changes.
        problem: one sentence on a mistake just made.
    """
    pace = session.mock.pace
    return {
        "mode": session.mode,
        "provider": session.provider,
        "providers": _PROVIDERS,
        "model": session.model,
        "base_url": session.base_url if session.mode == "custom" else "",
        "models": [
            {"id": model.id, "words": model.name if session.mode == "mock" else _model(model)}
            for model in session.models()
        ],
        "as_of": AS_OF.isoformat(),
        "has_key": session.has_key,
        "keys": session.providers_with_key,
        "counted": session.counts_cost,
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
        **_fault(session.mock.fault),
        "faults": {name: words(fault) for name, fault in FAULTS.items()},
        "placed": [
            name for name, fault in FAULTS.items() if fault.at or fault.at_event is not None
        ],
        "places": PLACES | {"at_event": "after some events", "at_byte": "after some bytes"},
        "chunking": session.mock.chunking,
        "chunkings": {name: _CHUNK_WORDS.get(name, name) for name in CHUNKINGS}
        | (
            {str(session.mock.chunking): f"{session.mock.chunking} bytes a chunk"}
            if isinstance(session.mock.chunking, int)
            else {}
        ),
        "problem": problem,
    }


def _model(model: Model) -> str:
    return f"{model.name}, ${model.input:.2f} in and ${model.output:.2f} out per million tokens"


def _pace(first_token: float, tokens_per_second: float) -> str:
    return f"first token after {seconds(first_token)}, then {tokens_per_second:g} tokens a second"


def chosen(name: str, where: str, number: object, times: object) -> Any:
    """Return the setting for a fault that was picked by its parts.

    Args:
        name: one of FAULTS, or "" for none.
        where: one of PLACES, "at_event", "at_byte", or "" for where it usually strikes.
        number: which event or byte.
        times: how many attempts it strikes, None for all.
    """
    if not name:
        return None
    fault = FAULTS[name].to_json()
    if where in ("at_event", "at_byte"):
        fault[where] = 0 if number is None else number
    elif where:
        fault["at"] = where
    if times is not None:
        fault["times"] = times
    return name if Fault.from_json(fault) == FAULTS[name] else fault


def _fault(setting: FaultSetting | None) -> dict[str, Any]:
    """Return what the switch shows of a fault: its short name, its place, how often."""
    faults = each(setting)
    shown = {
        "fault": None,
        "fault_words": "Every answer arrives whole.",
        "where": "",
        "number": None,
        "times": None,
    }
    if not faults:
        return shown
    shown["fault"] = "custom"
    shown["fault_words"] = " ".join(words(fault) for fault in faults)
    if isinstance(setting, str):
        fault, names = faults[0], [setting]
    else:
        fault = faults[0]
        bare = replace(fault, at=None, at_event=None, at_byte=None, times=None)
        names = [name for name, known in FAULTS.items() if known == bare]
    if len(faults) > 1 or not names:
        return shown
    place = next((name for name in ("at_event", "at_byte") if getattr(fault, name) is not None), "")
    usual = replace(FAULTS[names[0]], times=fault.times) == fault
    return shown | {
        "fault": names[0],
        "where": "" if usual else place or fault.at or "",
        "number": None if usual or not place else getattr(fault, place),
        "times": fault.times,
    }


_MODES = {
    "mock": "Mock",
    "anthropic": "Anthropic",
    "openai": "OpenAI",
    "custom": "Other base URL",
}
_PROVIDERS = {
    "anthropic": "Messages (Anthropic)",
    "openai-chat": "Chat completions (OpenAI)",
    "openai-responses": "Responses (OpenAI)",
}


def _rows(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the state as (name, words) pairs."""
    api = [("API", _PROVIDERS[state["provider"]])] if state["provider"] != "anthropic" else []
    if state["mode"] == "mock":
        fault = state["fault"]
        rows = [
            ("Mode", "Mock: answers come from this machine; no key, no network, no cost"),
            *api,
            ("Pace", _pace(state["first_token"], state["tokens_per_second"])),
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
        parts.append(still.text(16, y, name, fill=look.INK_2, size=look.AXIS_SIZE))
        for row in still.wrapped(said, 90):
            parts.append(still.text(74, y, row, fill=look.INK))
            y += 20
    for row in still.wrapped(f"✕ {state['problem']}", 96) if state["problem"] else []:
        parts.append(still.text(16, y, row, fill=look.ON_FAILED))
        y += 20
    return still.picture(y - 4, "Switch", tell(state), parts)
