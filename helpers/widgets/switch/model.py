"""The state of the switch, and the faults that can be chosen with it."""

from dataclasses import replace
from typing import Any

from helpers.mock.chunking import CHUNKINGS
from helpers.mock.faults import FAULTS, PLACES, Fault, FaultSetting, each, words
from helpers.providers.models import AS_OF, Model
from helpers.session.session import Session
from helpers.widgets.transcript.snapshot import seconds

__all__ = ["PACES", "PROVIDERS", "build_fault", "describe", "pace_words"]

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
        "providers": PROVIDERS,
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
        "paces": {name: pace_words(*values) for name, values in PACES.items()},
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


def pace_words(first_token: float, tokens_per_second: float) -> str:
    """Return a pace in words: when the first token comes, and how many then."""
    return f"first token after {seconds(first_token)}, then {tokens_per_second:g} tokens a second"


def build_fault(name: str, where: str, number: object, times: object) -> Any:
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


PROVIDERS = {
    "anthropic": "Messages (Anthropic)",
    "openai-chat": "Chat completions (OpenAI)",
    "openai-responses": "Responses (OpenAI)",
}
