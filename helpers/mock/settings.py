"""How the offline API behaves: its pace, its chunking, its fault and its seed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from .chunking import CHUNKINGS
from .faults import Fault, FaultSetting
from .faults.fault import read, write
from .pace import Pace, SettingsError

__all__ = ["RUN_HEADER", "Fault", "Pace", "Settings", "SettingsError"]

# With this header a client names its run. A fault that strikes some attempts counts those of
# one run, so that it strikes each learner, and each new start.
RUN_HEADER = "mock-run"


@dataclass(frozen=True)
class Settings:
    """Everything about the offline API's behaviour that can be set.

    pace: when tokens leave.
    fault: what goes wrong: a name in FAULTS, a Fault, or several of them; None when all is well.
    chunking: how the bytes are cut into network chunks: a name in chunking.py, or how many bytes
        a chunk has.
    seed: changes ids, padding, fragment boundaries and jitter; the words stay.
    """

    pace: Pace = field(default_factory=Pace)
    fault: FaultSetting | None = None
    chunking: str | int = "event"
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "fault", read(self.fault))
        # `in list(...)`, not `in dict`: a value from JSON may be one that can't be a key.
        size = self.chunking
        is_size = isinstance(size, int) and not isinstance(size, bool) and size > 0
        if not is_size and self.chunking not in list(CHUNKINGS):
            known = ", ".join(CHUNKINGS)
            raise SettingsError(
                f"chunking must be one of {known} or a number of bytes, not {self.chunking!r}."
            )
        if not isinstance(self.seed, int) or isinstance(self.seed, bool):
            raise SettingsError(f"seed must be a whole number, not {self.seed!r}.")

    def to_json(self) -> dict[str, Any]:
        """Return these settings as a JSON object."""
        return {
            "pace": asdict(self.pace),
            "fault": write(self.fault),
            "chunking": self.chunking,
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, data: object, base: "Settings | None" = None) -> "Settings":
        """Return `base` (by default the default settings) with what `data` says changed.

        Raises SettingsError when a name is unknown or a value is not possible.
        """
        base = base or cls()
        changes = _check_fields("the settings object", cls, data)
        if "pace" in changes:
            pace = _check_fields("pace", Pace, changes["pace"])
            # Asking for a rate overrules a duration that was set before.
            forget: dict[str, Any] = {"duration": None} if "tokens_per_second" in pace else {}
            changes["pace"] = replace(base.pace, **(forget | pace))
        return replace(base, **changes)


def _check_fields(where: str, shape: type[Pace] | type[Settings], data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise SettingsError(f"{where} must be a JSON object, not {data!r}.")
    names = [f.name for f in fields(shape)]
    for name in data:
        if name not in names:
            raise SettingsError(f"{where} can't hold {name!r}; it knows {', '.join(names)}.")
    return dict(data)
